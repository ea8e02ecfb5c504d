using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Datagen.Auth;

namespace Datagen.Storage;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    WriteIndented = true,
    Converters = [typeof(UtcSeconds)])]
[JsonSerializable(typeof(Credential))]
[JsonSerializable(typeof(PendingSignIn))]
[JsonSerializable(typeof(SignInSettings))]
internal sealed partial class StorageJson : JsonSerializerContext
{
    private static StorageJson? s_readable;

    // Tokens hold '+' and '/': written as they are, so that the file can be searched for them.
    public static StorageJson Readable => s_readable ??=
        new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
