using System.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Shop.Storefront.Ordering;

namespace Shop.Storefront.Pages.Orders;

internal sealed class DetailsModel(OrdersClient orders) : PageModel
{
    public Order? Order { get; private set; }

    public string Replica { get; private set; } = string.Empty;

    public string Storage { get; private set; } = string.Empty;

    public string? TraceId { get; } = Activity.Current?.TraceId.ToString();

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await orders.FindAsync(id, cancellationToken) is not { } answer)
        {
            return NotFound();
        }

        (Order, Replica, Storage) = (answer.Value, answer.Replica, answer.Storage);
        return Page();
    }
}
