using System.Globalization;
using System.Security.Claims;
using LocalService.State;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace LocalService.Pages;

/// <summary>What the cookie of a signed-in person says.</summary>
public static class Session
{
    public static ClaimsPrincipal Of(Person person, DateTimeOffset authTime)
    {
        return new(new ClaimsIdentity(
            [
                new("sub", person.Subject),
                new("email", person.Email),
                new("auth_time", authTime.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
            ],
            CookieAuthenticationDefaults.AuthenticationScheme,
            nameType: "email",
            roleType: null));
    }

    public static string Subject(this ClaimsPrincipal user) => user.FindFirstValue("sub")!;

    public static string Email(this ClaimsPrincipal user) => user.FindFirstValue("email")!;

    public static DateTimeOffset AuthTime(this ClaimsPrincipal user) =>
        DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(user.FindFirstValue("auth_time")!, CultureInfo.InvariantCulture));
}
