using System.Collections.Immutable;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.Routing;

namespace Mesh.Proxy.Policies.Fault;

/// <summary>A fault, ready to run, until it has ended.</summary>
internal sealed class CompiledFault : IDisposable
{
    private readonly ImmutableArray<CompiledMatch> _matches;
    private readonly CancellationTokenSource _ended = new();

    public CompiledFault(FaultRule rule)
    {
        Rule = rule;
        Ended = _ended.Token;
        _matches = [.. rule.Matches.Select(match => new CompiledMatch(match))];
    }

    /// <summary>The rule.</summary>
    public FaultRule Rule { get; }

    /// <summary>Cancelled when it ends: whoever is held up goes on.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Whether a request is hit.</summary>
    /// <param name="request">The request.</param>
    /// <param name="target">What it asks for.</param>
    public bool Matches(HttpRequest request, RequestTarget target)
    {
        foreach (var match in _matches)
        {
            // A path that could be read in two ways is none that was named.
            var path = target.Path;
            if ((!match.HasPath || AppPath.TryRead(target.Path, isMatched: true, out path)) && match.Matches(request, path))
            {
                return true;
            }
        }

        return _matches.IsEmpty;
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        _ended.Dispose();
    }
}
