using System.Text.Json.Serialization;

namespace Datagen.Commands;

/// <summary>The part that matters of what kubectl tells an exec plugin (client.authentication.k8s.io ExecCredential).</summary>
internal sealed record ExecCredentialRequest(string? ApiVersion, ExecCredentialSpec? Spec);

internal sealed record ExecCredentialSpec(ExecCluster? Cluster);

internal sealed record ExecCluster(string? Server);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ExecCredentialRequest))]
internal sealed partial class ExecCredentialJson : JsonSerializerContext;
