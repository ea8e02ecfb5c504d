using System.Text.Json.Serialization;

namespace Datagen.Protocol;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(TextIfTextConverter)])]
[JsonSerializable(typeof(ServerMetadata))]
[JsonSerializable(typeof(DeviceAuthorizationResponse))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(ActionsIdToken))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(IdTokenClaims))]
[JsonSerializable(typeof(JwsHeader))]
[JsonSerializable(typeof(JsonWebKeySet))]
[JsonSerializable(typeof(JsonWebKey))]
internal sealed partial class ProtocolJson : JsonSerializerContext;
