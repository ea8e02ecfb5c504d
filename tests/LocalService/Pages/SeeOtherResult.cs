using Microsoft.AspNetCore.Mvc;

namespace LocalService.Pages;

/// <summary>303: after a form the browser goes on with GET and never sends the form along (RFC 9700 4.12).</summary>
public sealed class SeeOtherResult(string location) : ActionResult
{
    public override void ExecuteResult(ActionContext context)
    {
        context.HttpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.HttpContext.Response.Headers.Location = location;
    }
}
