using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.Routing;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.Retry;

/// <summary>Headers that say whether a request may be sent again, and whether a response asks for it.</summary>
internal sealed class RetryHeaders
{
    private readonly ImmutableArray<CompiledValue> _request;
    private readonly ImmutableArray<CompiledValue> _response;

    private RetryHeaders(RetrySettings settings)
    {
        _request = [.. settings.RequestHeaders.Select(match => new CompiledValue(match))];
        _response = [.. settings.ResponseHeaders.Select(match => new CompiledValue(match))];
    }

    /// <summary>Those of a policy; <see langword="null"/>: it names none.</summary>
    public static RetryHeaders? Of(RetrySettings settings) => settings.RequestHeaders.IsEmpty && settings.ResponseHeaders.IsEmpty ? null : new(settings);

    /// <summary>Whether a request may be sent again.</summary>
    public bool Allows(HttpRequest request)
    {
        foreach (var match in _request)
        {
            var values = request.Headers[match.Name];
            if (match.Matches(values.Count == 0 ? null : values[0]))
            {
                return true;
            }
        }

        return _request.IsEmpty;
    }

    /// <summary>Whether a response is a condition.</summary>
    public bool Means(UpstreamResponse response)
    {
        foreach (var match in _response)
        {
            if (match.Matches(response.Header(match.Name)))
            {
                return true;
            }
        }

        return false;
    }
}
