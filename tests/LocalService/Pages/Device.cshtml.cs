using LocalService.Protocol;
using LocalService.State;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LocalService.Pages;

/// <summary>RFC 8628 3.3: the code is entered, or compared if it came with the address (5.4), then the person decides.</summary>
[Authorize]
public sealed class DeviceModel(DeviceCodes deviceCodes, Attempts attempts, Clients clients) : PageModel
{
    public string? Problem { get; private set; }

    public string EnteredCode { get; private set; } = string.Empty;

    public bool Compare { get; private set; }

    /// <summary>What the person decides about; null as long as there is no valid code.</summary>
    public DeviceAuthorization? Asking { get; private set; }

    public string ClientName => clients.Find(Asking!.ClientId)?.Name ?? Asking.ClientId;

    public void OnGet([FromQuery(Name = "user_code")] string? userCode)
    {
        EnteredCode = UserCode.Display(UserCode.Normalize(userCode ?? string.Empty));
        Compare = EnteredCode.Length > 0;
    }

    public IActionResult OnPost([FromForm(Name = "user_code")] string? userCode, [FromForm] string? decision)
    {
        EnteredCode = UserCode.Display(UserCode.Normalize(userCode ?? string.Empty));
        var key = $"device {User.Subject()} {HttpContext.Connection.RemoteIpAddress}";
        if (attempts.ArePaused(key))
        {
            return Refuse("Too many attempts. Wait a minute, then try again.", StatusCodes.Status429TooManyRequests);
        }

        Asking = deviceCodes.FindPending(EnteredCode);
        if (Asking is null)
        {
            attempts.Failed(key);
            return Refuse("This code is not known, or it expired. Check it, or start again in your terminal.", StatusCodes.Status200OK);
        }

        attempts.Succeeded(key);
        if (Asking.SignedInAfter > User.AuthTime())
        {
            return Challenge(new AuthenticationProperties { RedirectUri = Url.Content($"~/device?user_code={EnteredCode}") });
        }

        if (decision is not ("approve" or "deny"))
        {
            return Page();
        }

        var approved = decision == "approve";
        return deviceCodes.Decide(EnteredCode, approved, User.Subject(), User.AuthTime())
            ? new SeeOtherResult(Url.Content(approved ? "~/done" : "~/done?denied"))
            : Refuse("This code was used in the meantime.", StatusCodes.Status200OK);
    }

    private PageResult Refuse(string problem, int status)
    {
        Asking = null;
        Problem = problem;
        Response.StatusCode = status;
        return Page();
    }
}
