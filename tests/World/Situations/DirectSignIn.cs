using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LocalService.Hosting;

namespace Tests.World;

/// <summary>A sign-in without the program: quicker, and independent of what is tested.</summary>
public static class DirectSignIn
{
    /// <summary>The token endpoint's answer.</summary>
    public static async Task<JsonObject> TokensAsync(IdentityService service, string email, string clientId, CancellationToken stop)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var device = await PostAsync(
            "device_authorization", new() { ["client_id"] = clientId, ["scope"] = "openid email offline_access" });
        using (var browser = service.NewBrowser())
        {
            await browser.ApproveDeviceAsync(new Uri((string)device["verification_uri_complete"]!), email, stop);
        }

        return await PostAsync("token", new()
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:device_code",
            ["device_code"] = (string)device["device_code"]!,
            ["client_id"] = clientId,
        });

        async Task<JsonObject> PostAsync(string path, Dictionary<string, string> form)
        {
            using var content = new FormUrlEncodedContent(form);
            using var response = await http.PostAsync($"{service.Issuer}/{path}", content, stop);
            return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>(stop))!;
        }
    }

    /// <summary>A credentials file's content, as section 6 of the contract describes it.</summary>
    public static JsonObject Credential(IdentityService service, JsonObject tokens, string email, string clientId)
    {
        var person = service.People.FindByEmail(email)!;
        var credential = new JsonObject
        {
            ["access_token"] = (string)tokens["access_token"]!,
            ["token_type"] = "Bearer",
            ["email"] = email,
        };
        if (clientId == "genlabz-cli") credential["groups"] = new JsonArray([.. person.Groups]);
        else if (person.Memberships.Count > 0) credential["active_org_slug"] = person.DefaultOrgSlug ?? person.Memberships[0].Slug;
        credential["stored_at"] = Credentials.Moment(DateTimeOffset.UtcNow);
        credential["expires_at"] = Credentials.Moment(DateTimeOffset.UtcNow.AddSeconds((int)tokens["expires_in"]!));
        if (tokens["refresh_token"] is { } refreshToken) credential["refresh_token"] = (string)refreshToken!;
        credential["id_token"] = (string)tokens["id_token"]!;
        credential["issuer"] = service.Issuer;
        credential["client_id"] = clientId;
        credential["endpoints"] = Endpoints(service);
        return credential;
    }

    public static JsonObject Endpoints(IdentityService service)
    {
        var endpoints = new JsonObject
        {
            ["authorization_endpoint"] = $"{service.Issuer}/authorize",
            ["device_authorization_endpoint"] = $"{service.Issuer}/device_authorization",
            ["token_endpoint"] = $"{service.Issuer}/token",
            ["revocation_endpoint"] = $"{service.Issuer}/revoke",
            ["userinfo_endpoint"] = $"{service.Issuer}/userinfo",
            ["jwks_uri"] = $"{service.Issuer}/jwks",
        };
        if (!service.Settings.OfferRevocation) endpoints.Remove("revocation_endpoint");
        return endpoints;
    }
}
