using System.Net;
using System.Text.Json.Serialization;
using Shop.ServiceDefaults;

namespace Shop.Orders;

internal sealed class PaymentsClient(HttpClient http)
{
    /// <summary>Moves the money once, however often it is called with the same key.</summary>
    /// <returns>The charge's id; <see langword="null"/>: the bank declined the card.</returns>
    /// <exception cref="UpstreamFaultException">Payments refused for another reason, or somebody on the way did.</exception>
    /// <exception cref="HttpRequestException">No answer.</exception>
    public async Task<string?> ChargeAsync(Guid key, long amountCents, string card, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/charge")
        {
            Content = JsonContent.Create(new { amountCents, currency = "EUR", card, reference = $"order {key}" }),
            Headers = { { "Idempotency-Key", key.ToString() } },
        };
        using var response = await http.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.PaymentRequired)
        {
            return null;
        }

        if (!response.IsSuccessStatusCode)
        {
            throw new UpstreamFaultException(await UpstreamFault.FromAsync("payments", response, cancellationToken));
        }

        return (await response.Content.ReadFromJsonAsync<Charge>(cancellationToken))!.Id;
    }

    private sealed record Charge([property: JsonRequired] string Id);
}
