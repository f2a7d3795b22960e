using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Shop.ServiceDefaults;

namespace Shop.Storefront.Pages;

[ResponseCache(Duration = 0, Location = ResponseCacheLocation.None, NoStore = true)]
internal sealed class ErrorModel : PageModel
{
    private static readonly string[] OrderFields = ["order", "customer", "email", "card"];

    public string Headline { get; private set; } = "Something spilled.";

    public string Explanation { get; private set; } = "The storefront made a mistake. It is in its log.";

    public UpstreamFault? Fault { get; private set; }

    /// <summary>Where the customer was. Not for forms.</summary>
    public string? Path { get; private set; }

    /// <summary>The fields of an order that failed, to send it again.</summary>
    public IReadOnlyDictionary<string, string> Retry { get; private set; } = new Dictionary<string, string>();

    public string? TraceId { get; } = Activity.Current?.TraceId.ToString();

    public void OnGet() => Explain();

    public void OnPost() => Explain();

    private void Explain()
    {
        if (HttpContext.Features.Get<IExceptionHandlerPathFeature>() is { } failure)
        {
            ExplainFailure(failure);
        }
        else if (HttpContext.Features.Get<IStatusCodeReExecuteFeature>() is { } refusal)
        {
            (Headline, Explanation) = refusal.OriginalStatusCode switch
            {
                StatusCodes.Status403Forbidden => ("Not from there.", "This form was sent by another site's page."),
                StatusCodes.Status404NotFound => ("Not on the shelf.", "There is no such page, or no such order any more."),
                var status => ("That did not work.", $"The storefront answered with HTTP {status}."),
            };
        }
    }

    private void ExplainFailure(IExceptionHandlerPathFeature failure)
    {
        if (failure.Error is not UpstreamFaultException { Fault: var fault })
        {
            return;
        }

        Fault = fault;
        Headline = fault.MeshError is null ? "Something spilled." : "Somebody stepped in between.";
        Explanation = fault.Status is null
            ? $"The storefront needs {fault.Service}, which did not answer."
            : $"The storefront needs {fault.Service}, and got a no.";

        if (HttpMethods.IsPost(Request.Method) && Request.HasFormContentType && Guid.TryParse(Request.Form["order"], out _))
        {
            Retry = OrderFields.ToDictionary(name => name, name => Request.Form[name].ToString());
        }
        else if (HttpMethods.IsGet(Request.Method))
        {
            Path = failure.Path;
        }
    }
}
