using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Shop.Storefront.Demo;

namespace Shop.Storefront.Pages.Demo;

internal sealed class PaymentsModel(PaymentsBurglar burglar) : PageModel
{
    public IReadOnlyList<Attempt> Attempts { get; private set; } = [];

    public static string Verdict(string outcome) => outcome switch
    {
        "reached" => "Got in",
        "refused" => "Refused",
        "elsewhere" => "Answered, but not by payments",
        _ => "No answer",
    };

    /// <summary>For programs, the same as JSON: <c>Accept: application/json</c>.</summary>
    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Attempts = await burglar.TryAsync(cancellationToken);
        return Request.Headers.Accept == "application/json" ? new JsonResult(Attempts) : Page();
    }
}
