using System.Net.Http.Headers;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Upstreams;

/// <summary>A response of the platform's HTTP client.</summary>
internal sealed class InvokerResponse(HttpResponseMessage message) : UpstreamResponse
{
    /// <inheritdoc />
    public override int Status => (int)message.StatusCode;

    /// <inheritdoc />
    public override string? Header(string name)
    {
        if (message.Headers.NonValidated.TryGetValues(name, out var values) || message.Content.Headers.NonValidated.TryGetValues(name, out values))
        {
            foreach (var value in values)
            {
                return value;
            }
        }

        return null;
    }

    /// <inheritdoc />
    public override void CopyHeadTo(HttpResponse response)
    {
        response.StatusCode = Status;
        var connection = message.Headers.NonValidated.TryGetValues("Connection", out var nominated) ? Values(nominated) : StringValues.Empty;
        Copy(message.Headers.NonValidated, connection, response.Headers);
        Copy(message.Content.Headers.NonValidated, connection, response.Headers);
    }

    /// <inheritdoc />
    public override async Task CopyBodyToAsync(HttpContext context, CancellationToken cancellationToken) =>
        await CopyBodyAsync(context, await message.Content.ReadAsStreamAsync(cancellationToken), cancellationToken);

    /// <inheritdoc />
    protected override IEnumerable<KeyValuePair<string, StringValues>> Trailers()
    {
        foreach (var (name, values) in message.TrailingHeaders.NonValidated)
        {
            yield return new(name, Values(values));
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        message.RequestMessage?.Dispose();
        message.Dispose();
    }

    private static void Copy(HttpHeadersNonValidated from, StringValues connection, IHeaderDictionary to)
    {
        foreach (var (name, values) in from)
        {
            if (!HopHeaders.Contains(name) && (connection.Count == 0 || !HopHeaders.IsNominated(connection, name)))
            {
                to[name] = Values(values);
            }
        }
    }

    private static StringValues Values(HeaderStringValues values) => values.Count == 1 ? values.ToString() : values.ToArray();
}
