using Aspire.Hosting;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting;

/// <summary>What a request has to be like; all that is said has to hold. Expressions match the whole value and run without backtracking.</summary>
[AspireExport(ExposeMethods = true)]
public sealed class MeshRequestMatch
{
    private RouteMatch _match = new();

    internal MeshRequestMatch()
    {
    }

    /// <summary>The whole path, without the query.</summary>
    public MeshRequestMatch Path(string path) => Path(PathMatchKind.Exact, path);

    /// <summary>The beginning of the path, by whole elements: <c>/v2</c> is not the beginning of <c>/v2x</c>.</summary>
    public MeshRequestMatch PathPrefix(string prefix) => Path(PathMatchKind.PathPrefix, prefix);

    /// <summary>An expression that matches the whole path.</summary>
    public MeshRequestMatch PathExpression(string expression) => Path(PathMatchKind.RegularExpression, expression);

    /// <summary>The method, upper-case.</summary>
    public MeshRequestMatch Method(string method) => With(_match with { Method = method });

    /// <summary>A header has this value; of duplicates the first counts.</summary>
    public MeshRequestMatch Header(string name, string value) => Header(name, ValueMatchKind.Exact, value);

    /// <summary>A header's value begins so.</summary>
    public MeshRequestMatch HeaderPrefix(string name, string prefix) => Header(name, ValueMatchKind.Prefix, prefix);

    /// <summary>A header's whole value matches an expression.</summary>
    public MeshRequestMatch HeaderExpression(string name, string expression) => Header(name, ValueMatchKind.RegularExpression, expression);

    /// <summary>A header is there, whatever its value.</summary>
    public MeshRequestMatch HeaderPresent(string name) => Header(name, ValueMatchKind.Present, "");

    /// <summary>A header is not there.</summary>
    public MeshRequestMatch HeaderAbsent(string name) => Header(name, ValueMatchKind.Absent, "");

    /// <summary>A query parameter has this value; its name with case.</summary>
    public MeshRequestMatch Query(string name, string value) => Query(name, ValueMatchKind.Exact, value);

    /// <summary>A query parameter's value begins so.</summary>
    public MeshRequestMatch QueryPrefix(string name, string prefix) => Query(name, ValueMatchKind.Prefix, prefix);

    /// <summary>A query parameter's whole value matches an expression.</summary>
    public MeshRequestMatch QueryExpression(string name, string expression) => Query(name, ValueMatchKind.RegularExpression, expression);

    /// <summary>A query parameter is there, whatever its value.</summary>
    public MeshRequestMatch QueryPresent(string name) => Query(name, ValueMatchKind.Present, "");

    /// <summary>A query parameter is not there.</summary>
    public MeshRequestMatch QueryAbsent(string name) => Query(name, ValueMatchKind.Absent, "");

    internal RouteMatch ToMatch() => _match;

    private MeshRequestMatch Path(PathMatchKind kind, string value) => With(_match with { Path = new PathMatch(kind, value) });

    private MeshRequestMatch Header(string name, ValueMatchKind kind, string value) => With(_match with { Headers = _match.Headers.Add(new ValueMatch(name, kind, value)) });

    private MeshRequestMatch Query(string name, ValueMatchKind kind, string value) =>
        With(_match with { QueryParameters = _match.QueryParameters.Add(new ValueMatch(name, kind, value)) });

    private MeshRequestMatch With(RouteMatch match)
    {
        _match = match;
        return this;
    }
}
