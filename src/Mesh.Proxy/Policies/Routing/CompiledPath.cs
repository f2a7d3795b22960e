using System.Text.RegularExpressions;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>A path match, ready to run.</summary>
internal sealed class CompiledPath
{
    private readonly PathMatchKind _kind;
    private readonly string _value;
    private readonly Regex? _expression;

    public CompiledPath(PathMatch match)
    {
        _kind = match.Kind;
        _value = match.Kind == PathMatchKind.PathPrefix ? match.Value.TrimEnd('/') : match.Value;
        _expression = match.Kind == PathMatchKind.RegularExpression ? CompiledValue.Expression(match.Value) : null;
    }

    /// <summary>The prefix that a rewrite replaces; empty for other kinds and for the root.</summary>
    public string Prefix => _kind == PathMatchKind.PathPrefix ? _value : "";

    /// <summary>Whether a path without its query matches.</summary>
    public bool Matches(string path) => _kind switch
    {
        PathMatchKind.Exact => path == _value,
        PathMatchKind.PathPrefix => path.StartsWith(_value, StringComparison.Ordinal) && (path.Length == _value.Length || path[_value.Length] == '/'),
        _ => _expression!.IsMatch(path),
    };
}
