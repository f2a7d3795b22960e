using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Shop.ServiceDefaults;
using Shop.Storefront.Catalog;
using Shop.Storefront.Ordering;

namespace Shop.Storefront.Pages;

internal sealed class CartModel(ProductList products, OrdersClient orders) : PageModel
{
    public IReadOnlyList<CartLine> Lines { get; private set; } = [];

    public long TotalCents { get; private set; }

    public UpstreamFault? Fault { get; private set; }

    public string? Refusal { get; private set; }

    /// <summary>Made with the form, so that sending it twice orders once.</summary>
    public Guid OrderId { get; private set; } = Guid.NewGuid();

    public string? Customer { get; private set; }

    public string? Email { get; private set; }

    public string? Card { get; private set; }

    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(Cart.From(Request), cancellationToken);

    public IActionResult OnPostAdd(string sku)
    {
        var cart = Cart.From(Request);
        cart.Add(sku);
        cart.Save(Response);
        return Request.Headers.Accept == "application/json" ? new JsonResult(new { count = cart.Count }) : Redirect($"/#{Uri.EscapeDataString(sku)}");
    }

    public IActionResult OnPostSet(string sku, int quantity)
    {
        var cart = Cart.From(Request);
        cart.Set(sku, quantity);
        cart.Save(Response);
        return Redirect("/cart");
    }

    public async Task<IActionResult> OnPostOrderAsync(Guid order, string? customer, string? email, string? card, CancellationToken cancellationToken)
    {
        var cart = Cart.From(Request);
        try
        {
            var answer = await orders.PlaceAsync(order == Guid.Empty ? OrderId : order, customer, email, card, cart, cancellationToken);
            cart.Clear();
            cart.Save(Response);
            return Redirect($"/orders/{answer.Value.Id}");
        }
        catch (OrderRefusedException refusal)
        {
            // A declined card is declined for good under its id; the form gets a new one.
            (Refusal, Customer, Email, Card) = (refusal.Message, customer, email, card);
            await LoadAsync(cart, cancellationToken);
            return Page();
        }
    }

    private async Task LoadAsync(Cart cart, CancellationToken cancellationToken)
    {
        if (cart.Count == 0)
        {
            return;
        }

        (var all, Fault) = await products.GetAsync(cancellationToken);
        Lines = [.. all.Where(p => cart.Lines.ContainsKey(p.Sku)).Select(p => new CartLine(p, cart.Lines[p.Sku]))];
        TotalCents = Lines.Sum(l => l.Quantity * l.Product.PriceCents);
    }
}
