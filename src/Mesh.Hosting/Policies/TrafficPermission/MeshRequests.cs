using Aspire.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Hosting;

/// <summary>Which requests of a caller a permission is about; all that is said has to match. On tcp endpoints, where nobody sees requests, such a permission allows nothing, and such a denial denies all.</summary>
[AspireDto]
public sealed class MeshRequests
{
    /// <summary>HTTP methods, upper-case; not empty. Default: every method.</summary>
    public IList<string>? Methods { get; set; }

    /// <summary>Whole paths; not empty. Default: every path, unless prefixes or expressions are given.</summary>
    public IList<string>? Paths { get; set; }

    /// <summary>Beginnings of paths, by whole elements: <c>/reports</c> is not the beginning of <c>/reportsx</c>; not empty. Default: none.</summary>
    public IList<string>? PathPrefixes { get; set; }

    /// <summary>Expressions that match whole paths, run without backtracking; not empty. Default: none.</summary>
    public IList<string>? PathExpressions { get; set; }

    /// <summary>gRPC services (<c>shop.Orders</c>) or methods (<c>shop.Orders/Get</c>), instead of methods and paths; not empty. Default: every one.</summary>
    public IList<string>? Grpc { get; set; }

    /// <summary>Headers that all have to match; not empty. Default: any.</summary>
    public IList<MeshHeader>? Headers { get; set; }

    /// <summary>What the request's JSON Web Token has to say. Default: nothing.</summary>
    public MeshToken? Token { get; set; }

    internal CallerMatch Of(CallerRef caller, PolicyScope scope, FieldPath at)
    {
        // An empty list reads like "none" but would mean "any", as in documents.
        foreach (var (field, list) in new[] { ("methods", Methods), ("paths", Paths), ("paths", PathPrefixes), ("paths", PathExpressions), ("grpc", Grpc) })
        {
            if (list is { Count: 0 })
            {
                scope.Refuse(at / field, "must not be empty; leave it out for every one");
            }
        }

        if (Headers is { Count: 0 })
        {
            scope.Refuse(at / "headers", "must not be empty; leave it out for every one");
        }

        if (Token is { Issuer: null })
        {
            scope.Refuse(at / "jwt", "names nobody who issues tokens; set Issuer");
        }

        return new CallerMatch
        {
            Service = caller.Service,
            SpiffeId = caller.SpiffeId,
            Methods = [.. Methods ?? []],
            Paths =
            [
                .. (Paths ?? []).Select(p => new PathMatch(PathMatchKind.Exact, p)),
                .. (PathPrefixes ?? []).Select(p => new PathMatch(PathMatchKind.PathPrefix, p)),
                .. (PathExpressions ?? []).Select(p => new PathMatch(PathMatchKind.RegularExpression, p)),
            ],
            Grpc = [.. (Grpc ?? []).Select(method => method.Split('/', 2)).Select(parts => new GrpcMethod(parts[0], parts.Length > 1 ? parts[1] : null))],
            Headers = [.. (Headers ?? []).Select(header => header.ToMatch())],
            Jwt = Token is { Issuer: not null } ? Token.ToMatch() : null,
        };
    }
}
