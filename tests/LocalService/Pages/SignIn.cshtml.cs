using LocalService.Hosting;
using LocalService.State;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LocalService.Pages;

public sealed class SignInModel(People people, Attempts attempts, ServiceClock clock) : PageModel
{
    public string? Problem { get; private set; }

    public string Email { get; private set; } = string.Empty;

    public void OnGet()
    {
    }

    public async Task<IActionResult> OnPostAsync(string? email, string? password, [FromQuery] string? returnUrl)
    {
        Email = email ?? string.Empty;
        var key = $"signin {Email.ToLowerInvariant()} {HttpContext.Connection.RemoteIpAddress}";
        if (attempts.ArePaused(key))
        {
            return Refuse("Too many attempts. Wait a minute, then try again.", StatusCodes.Status429TooManyRequests);
        }

        var person = people.SignIn(Email, password ?? string.Empty);
        if (person is null)
        {
            attempts.Failed(key);
            return Refuse("This email and password don't belong together.", StatusCodes.Status200OK);
        }

        attempts.Succeeded(key);
        await HttpContext.SignInAsync(Session.Of(person, clock.GetUtcNow()));
        return new SeeOtherResult(Url.IsLocalUrl(returnUrl) ? returnUrl : Url.Content("~/"));
    }

    private PageResult Refuse(string problem, int status)
    {
        Problem = problem;
        Response.StatusCode = status;
        return Page();
    }
}
