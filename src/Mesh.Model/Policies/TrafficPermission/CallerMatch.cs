using System.Collections.Immutable;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.TrafficPermission;

/// <summary>A caller, and on HTTP ports which of its requests.</summary>
public sealed record CallerMatch
{
    // What sidecars tell apps about callers; what the caller itself wrote there is worth nothing.
    private const string ForwardedClientCert = "X-Forwarded-Client-Cert";

    /// <summary>A service of the mesh: <c>name</c> in the policy's namespace, or <c>namespace/name</c>. Either this, <see cref="SpiffeId"/> or <see cref="Anyone"/>.</summary>
    public string? Service { get; init; }

    /// <summary>A SPIFFE id or the beginning of one, which ends at a path segment.</summary>
    public PrincipalMatch? SpiffeId { get; init; }

    /// <summary>Everybody, those without an identity included.</summary>
    public bool Anyone { get; init; }

    /// <summary>HTTP methods, upper-case. Empty: every method.</summary>
    public ImmutableArray<string> Methods { get; init; } = [];

    /// <summary>Paths. Empty: every path.</summary>
    public ImmutableArray<PathMatch> Paths { get; init; } = [];

    /// <summary>gRPC services or methods, instead of <see cref="Methods"/> and <see cref="Paths"/>. Empty: every one.</summary>
    public ImmutableArray<GrpcMethod> Grpc { get; init; } = [];

    /// <summary>Headers that all have to match. Empty: any.</summary>
    public ImmutableArray<ValueMatch> Headers { get; init; } = [];

    /// <summary>What the request's token has to say; <see langword="null"/>: nothing.</summary>
    public JwtMatch? Jwt { get; init; }

    /// <summary>The same caller without anything that it may do: in <see cref="PermissionSettings.AllowOnly"/> it still stands in for the edge. For documents that could not be read whole.</summary>
    public CallerMatch Nothing => new() { Service = Service, SpiffeId = SpiffeId, Anyone = Anyone, Jwt = new JwtMatch { Provider = "" } };

    internal CallerRef Caller => new() { Service = Service, SpiffeId = SpiffeId };

    /// <summary>Whether only a request can match it, never a connection.</summary>
    internal bool NeedsHttp => !Methods.IsEmpty || !Paths.IsEmpty || !Grpc.IsEmpty || !Headers.IsEmpty || Jwt is not null;

    internal IEnumerable<Violation> Validate(FieldPath at) =>
    [
        .. Who(at),
        .. Methods.SelectMany((method, i) => MatchRules.Method(method, (at / "methods")[i])),
        .. Paths.SelectMany((path, i) => MatchRules.Path(path, (at / "paths")[i])),
        .. Grpc.SelectMany((method, i) => method.Validate((at / "grpc")[i])),
        .. Headers.SelectMany((header, i) => Header(header, (at / "headers")[i])),
        .. Jwt?.Validate(at / "jwt") ?? [],
        .. Grpc.IsEmpty || (Methods.IsEmpty && Paths.IsEmpty)
            ? Array.Empty<Violation>()
            : [new(at / "grpc", "says methods and paths itself; keep either grpc, or methods and paths")],
    ];

    private IEnumerable<Violation> Who(FieldPath at)
    {
        if (!Anyone)
        {
            return Caller.Validate(at);
        }

        return Service is null && SpiffeId is null ? [] : [new(at, "names its caller twice; keep either anyone, service or spiffeId")];
    }

    private static IEnumerable<Violation> Header(ValueMatch header, FieldPath at) =>
        header.Name.Equals(ForwardedClientCert, StringComparison.OrdinalIgnoreCase)
            ? [new(at / "name", $"cannot be {header.Name}, which sidecars write after permissions were asked; use service or spiffeId")]
            : MatchRules.IsFrame(header.Name)
                ? [new(at / "name", $"cannot be {header.Name}, which belongs to one connection only; leave it out")]
                : MatchRules.Value(header, at, isHeader: true);
}
