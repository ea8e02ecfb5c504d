using Datagen.Protocol;
using Datagen.Sessions;

namespace Datagen.Auth;

/// <content>Machines without a person.</content>
public sealed partial class Session
{
    private readonly Workload? _workload;

    // A workload need not be anybody whom UserInfo knows; that the server gave it a token says that it is signed in.
    private async Task<Identity> IdentityOfAsync(Workload workload, CancellationToken cancellation)
    {
        var token = await workload.TokenAsync(TimeSpan.Zero, refused: null, anew: false, cancellation).ConfigureAwait(false);
        var endpoints = await workload.EndpointsAsync(cancellation).ConfigureAwait(false);
        var organization = _options.Organization;
        var claims = endpoints.UserinfoEndpoint is null ? null : await UserInfo.GetAsync(
            _service,
            EndpointAddress.Of(endpoints.UserinfoEndpoint, "userinfo_endpoint", _options.Issuer),
            token.Value,
            organization,
            cancellation,
            mayBeNobody: true).ConfigureAwait(false);
        var identity = new Identity(
            claims?.Email,
            organization ?? (_product.HasOrganizations ? claims?.FirstOrganization() : null),
            claims?.Memberships ?? [],
            claims?.AllGroups() ?? [],
            token.ExpiresAt);
        return organization is not null && claims?.Memberships is not null && !identity.IsMemberOf(organization)
            ? throw NotAMembership(organization, _product.Variable("ORG"))
            : identity;
    }
}
