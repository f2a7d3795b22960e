using System.Text.RegularExpressions;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>A path match, ready to run.</summary>
internal sealed class CompiledPath
{
    private readonly PathMatchKind _kind;
    private readonly string _value;
    private readonly Regex? _expression;
    private readonly bool _isBroad;

    /// <param name="match">The match.</param>
    /// <param name="isBroad">Whether it also takes what apps with less precise routing take for the same: another case, and slashes at the end. For denials.</param>
    public CompiledPath(PathMatch match, bool isBroad = false)
    {
        _kind = match.Kind;
        _isBroad = isBroad;
        _value = match.Kind == PathMatchKind.PathPrefix || (isBroad && match.Kind == PathMatchKind.Exact) ? match.Value.TrimEnd('/') : match.Value;
        _expression = match.Kind == PathMatchKind.RegularExpression ? CompiledValue.Expression(match.Value, isBroad) : null;
    }

    /// <summary>The prefix that a rewrite replaces; empty for other kinds and for the root.</summary>
    public string Prefix => _kind == PathMatchKind.PathPrefix ? _value : "";

    /// <summary>Whether every path matches.</summary>
    public bool IsEverything => _kind == PathMatchKind.PathPrefix && _value.Length == 0;

    /// <summary>Whether a path without its query matches.</summary>
    public bool Matches(string path) => _kind switch
    {
        PathMatchKind.Exact when _isBroad => path.AsSpan().TrimEnd('/').Equals(_value, StringComparison.OrdinalIgnoreCase),
        PathMatchKind.Exact => path == _value,
        PathMatchKind.PathPrefix => path.StartsWith(_value, _isBroad ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal) && (path.Length == _value.Length || path[_value.Length] == '/'),
        _ => _expression!.IsMatch(path) || (_isBroad && path.EndsWith('/') && _expression.IsMatch(path.TrimEnd('/'))),
    };
}
