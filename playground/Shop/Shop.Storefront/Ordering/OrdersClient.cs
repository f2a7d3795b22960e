using System.Net;
using System.Text.Json;
using Polly;
using Shop.ServiceDefaults;

namespace Shop.Storefront.Ordering;

internal sealed class OrdersClient(HttpClient http, Receipts receipts)
{
    /// <summary>Places the cart's order. The same id again: the same order, not a second one.</summary>
    /// <exception cref="OrderRefusedException">Declined, sold out, or not filled in.</exception>
    /// <exception cref="UpstreamFaultException">It failed, here or further down.</exception>
    public async Task<Answer<Order>> PlaceAsync(Guid id, string? customer, string? email, string? card, Cart cart, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders")
        {
            Content = JsonContent.Create(new { customer, email, card, lines = cart.Lines.Select(l => new { sku = l.Key, quantity = l.Value }) }),
            Headers = { { "Idempotency-Key", id.ToString() } },
        };
        using var response = await SendAsync(request, cancellationToken);
        if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.PaymentRequired or HttpStatusCode.Conflict)
        {
            throw await RefusalAsync(response, cancellationToken);
        }

        var answer = await ReadAsync<Order>(response, cancellationToken);
        receipts.Keep(answer);
        return answer;
    }

    public async Task<Answer<Order>?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/orders/{id}");
        using var response = await SendAsync(request, cancellationToken);
        return response.StatusCode == HttpStatusCode.NotFound && UpstreamFaultFree(response)
            ? receipts.Find(id)
            : await ReadAsync<Order>(response, cancellationToken);
    }

    public async Task<Answer<Order[]>> LatestAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/orders");
        using var response = await SendAsync(request, cancellationToken);
        return await ReadAsync<Order[]>(response, cancellationToken);
    }

    private static bool UpstreamFaultFree(HttpResponseMessage response) => response.Headers.Contains("x-replica");

    private static async Task<Answer<T>> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw new UpstreamFaultException(await UpstreamFault.FromAsync("orders", response, cancellationToken));
        }

        var value = await response.Content.ReadFromJsonAsync<T>(cancellationToken);
        return new(value!, Header(response, "x-replica"), Header(response, "x-storage"));
    }

    private static async Task<OrderRefusedException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            throw new UpstreamFaultException(await UpstreamFault.FromAsync("orders", response, cancellationToken));
        }

        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        var root = problem.RootElement;
        return root.TryGetProperty("errors", out var errors)
            ? new("not_filled_in", string.Join(" ", errors.EnumerateObject().SelectMany(e => e.Value.EnumerateArray()).Select(e => e.GetString())))
            : new(root.GetProperty("code").GetString() ?? "refused", root.GetProperty("detail").GetString() ?? "The order was refused.");
    }

    private static string Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "unknown";

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await http.SendAsync(request, cancellationToken);
        }
        catch (Exception failure) when (failure is HttpRequestException or ExecutionRejectedException)
        {
            throw new UpstreamFaultException(UpstreamFault.From("orders", failure), failure);
        }
    }
}
