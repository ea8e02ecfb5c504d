using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LocalService.Pages;

public sealed class SignOutModel : PageModel
{
    public IActionResult OnGet() => new SeeOtherResult(Url.Content("~/"));

    public async Task<IActionResult> OnPostAsync()
    {
        await HttpContext.SignOutAsync();
        return new SeeOtherResult(Url.Content("~/"));
    }
}
