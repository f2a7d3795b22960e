using System.Text.Json;

namespace Shop.ServiceDefaults;

/// <summary>What is known of a call to another service that came to nothing.</summary>
/// <param name="Service">The service that was called.</param>
/// <param name="Status">The HTTP status that came back; <see langword="null"/>: no answer at all.</param>
/// <param name="MeshError">The answer's <c>mesh-error</c> header: who on the way refused, and why. <see langword="null"/>: the service's own answer.</param>
/// <param name="Detail">The answer's text, or the exception's.</param>
public sealed record UpstreamFault(string Service, int? Status, string? MeshError, string Detail)
{
    private const string MeshErrorHeader = "mesh-error";
    private const int LongestDetail = 600;

    public static async Task<UpstreamFault> FromAsync(string service, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            // The service called may itself be only the messenger: the one that failed is further down.
            using var problem = JsonDocument.Parse(body);
            if (problem.RootElement.TryGetProperty("fault", out var fault) && fault.Deserialize<UpstreamFault>(JsonSerializerOptions.Web) is { } inner)
            {
                return inner;
            }

            body = problem.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString() ?? body : body;
        }

        return new(service, (int)response.StatusCode, MeshErrorOf(response), Short(body));
    }

    public static UpstreamFault From(string service, Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is UpstreamFaultException { Fault: var fault })
            {
                return fault;
            }
        }

        return new(service, null, null, Short(exception.Message));
    }

    internal static string? MeshErrorOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues(MeshErrorHeader, out var values) ? string.Join(", ", values) : null;

    private static string Short(string text) => text.Length <= LongestDetail ? text : text[..LongestDetail] + "…";
}
