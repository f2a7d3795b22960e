using Microsoft.AspNetCore.Mvc.RazorPages;
using Shop.Storefront.Ordering;

namespace Shop.Storefront.Pages.Orders;

internal sealed class IndexModel(OrdersClient orders, TimeProvider time) : PageModel
{
    public IReadOnlyList<Order> Orders { get; private set; } = [];

    public string Replica { get; private set; } = string.Empty;

    public string Storage { get; private set; } = string.Empty;

    public DateTimeOffset Now { get; } = time.GetUtcNow();

    public static string Ago(DateTimeOffset then, DateTimeOffset now) => (now - then) switch
    {
        { TotalMinutes: < 1 } => "just now",
        { TotalHours: < 1 } span => $"{(int)span.TotalMinutes} min ago",
        { TotalDays: < 1 } span => $"{(int)span.TotalHours} h ago",
        var span => $"{(int)span.TotalDays} d ago",
    };

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var answer = await orders.LatestAsync(cancellationToken);
        (Orders, Replica, Storage) = (answer.Value, answer.Replica, answer.Storage);
    }
}
