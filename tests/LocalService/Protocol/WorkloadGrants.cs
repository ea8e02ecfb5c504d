using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LocalService.Hosting;
using LocalService.State;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace LocalService.Protocol;

/// <summary>RFC 6749 4.4 (the client authenticated by its secret, or as in RFC 7523 2.2), RFC 7523 2.1 and RFC 8693, to the letter.</summary>
public sealed class WorkloadGrants(
    IEnumerable<Workload> workloads, Database database, Tokens tokens, Issuer issuer, ServiceClock clock, ServiceSettings settings)
{
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private const string JwtType = "urn:ietf:params:oauth:token-type:jwt";
    private const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";

    private static readonly HashSet<string> Known =
    [
        "grant_type", "client_id", "client_secret", "client_assertion_type", "client_assertion", "scope", "audience", "resource",
        "subject_token", "subject_token_type", "requested_token_type", "assertion",
    ];

    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false };

    public bool IsOffered => workloads.Any();

    public static bool Knows(string grantType) =>
        grantType is GrantTypes.ClientCredentials or GrantTypes.TokenExchange or GrantTypes.JwtBearer;

    public async Task<JsonObject> AnswerAsync(HttpRequest request, FormParameters parameters, string grantType, Func<string?> thumbprint)
    {
        if (request.Headers.Authorization.Count > 0)
        {
            throw InvalidClient("This service reads what a client authenticates with in the body.");
        }

        if (parameters.Names.FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
        {
            throw OAuthException.InvalidRequest($"{unknown} means nothing here.");
        }

        var workload = workloads.FirstOrDefault(one => one.ClientId == parameters.Require("client_id"))
            ?? throw InvalidClient("The client is not known.");
        switch (grantType)
        {
            case GrantTypes.ClientCredentials when parameters.Find("client_assertion") is { } assertion:
                Require(parameters, "client_assertion_type", AssertionType);
                if (parameters.Find("client_secret") is not null)
                {
                    throw OAuthException.InvalidRequest("A client authenticates in one way (RFC 6749 2.3).");
                }

                if (await FaultAsync(workload, assertion) is { } fault)
                {
                    throw InvalidClient(fault);
                }

                break;
            case GrantTypes.ClientCredentials:
                RequireSecret(workload, parameters.Require("client_secret"));
                break;
            case GrantTypes.TokenExchange:
                Require(parameters, "subject_token_type", JwtType);
                if (parameters.Find("requested_token_type") is not null)
                {
                    Require(parameters, "requested_token_type", AccessTokenType);
                }

                await RequireTokenAsync(workload, parameters.Require("subject_token"));
                break;
            default:
                await RequireTokenAsync(workload, parameters.Require("assertion"));
                break;
        }

        var scope = parameters.Find("scope") ?? Scopes.Email;
        if (!Scopes.AreSupported(scope) || Scopes.Contains(scope, Scopes.OfflineAccess))
        {
            throw new OAuthException("invalid_scope", "No machine has this scope.");
        }

        var family = new Family(Secret.New(), workload.ClientId, workload.Account.Subject, scope, clock.GetUtcNow()) { Jkt = thumbprint() };
        var granted = database.Transact(transaction => tokens.Start(transaction, grantType, family, nonce: null));
        var answer = new JsonObject
        {
            ["access_token"] = granted.AccessToken,
            ["token_type"] = granted.Jkt is null ? "Bearer" : "DPoP",
            ["expires_in"] = (int)settings.AccessTokenLifetime.TotalSeconds,
            ["scope"] = scope,
        };
        if (grantType == GrantTypes.TokenExchange)
        {
            answer["issued_token_type"] = AccessTokenType;
        }

        return answer;
    }

    private static void Require(FormParameters parameters, string name, string value)
    {
        if (parameters.Require(name) != value)
        {
            throw OAuthException.InvalidRequest($"{name} must be {value}.");
        }
    }

    private static void RequireSecret(Workload workload, string secret)
    {
        if (workload.Secret is not { } expected
            || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(secret)))
        {
            throw InvalidClient("The client's secret is another one.");
        }
    }

    private async Task RequireTokenAsync(Workload workload, string token)
    {
        if (await FaultAsync(workload, token) is { } fault)
        {
            throw new OAuthException("invalid_grant", fault);
        }
    }

    /// <summary>RFC 7523 3.</summary>
    private async Task<string?> FaultAsync(Workload workload, string token)
    {
        if (workload.PlatformKey is null)
        {
            return "No platform speaks for this client.";
        }

        var result = await handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = workload.PlatformIssuer,
            ValidAudience = issuer.Value,
            IssuerSigningKey = workload.PlatformKey,
            RequireExpirationTime = true,
            LifetimeValidator = (from, until, _, _) => until > clock.GetUtcNow().UtcDateTime && !(from > clock.GetUtcNow().UtcDateTime),
        });
        return !result.IsValid ? $"The token is not valid: {result.Exception.GetType().Name}."
            : ((JsonWebToken)result.SecurityToken).Subject != workload.PlatformSubject ? "The token is about somebody else."
            : null;
    }

    private static OAuthException InvalidClient(string why) => new("invalid_client", why, StatusCodes.Status401Unauthorized);
}
