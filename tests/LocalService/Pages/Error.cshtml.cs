using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LocalService.Pages;

[IgnoreAntiforgeryToken] // It is also shown in answer to a form without the token.
public sealed class ErrorModel : PageModel
{
    [FromRoute]
    public int? Status { get; set; }

    public string Heading => Status switch
    {
        StatusCodes.Status400BadRequest => "This page is too old",
        StatusCodes.Status404NotFound => "There is no such page",
        StatusCodes.Status405MethodNotAllowed => "This address is for programs",
        _ => "Something went wrong",
    };

    public string Advice => Status switch
    {
        StatusCodes.Status400BadRequest => "It was open for too long, or cookies are off. Go back, load it again and retry.",
        StatusCodes.Status404NotFound => "The address may be mistyped.",
        StatusCodes.Status405MethodNotAllowed => "There is nothing to see here for people.",
        _ => "The service could not answer. Start again in your terminal.",
    };
}
