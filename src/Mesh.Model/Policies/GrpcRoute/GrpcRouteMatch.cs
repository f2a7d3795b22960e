using System.Collections.Immutable;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.GrpcRoute;

/// <summary>Matches a gRPC call; all that is given has to match.</summary>
public sealed record GrpcRouteMatch
{
    // A call is a POST to /service/method (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
    private const string AnyName = "[^/]+";

    /// <summary>How <see cref="Service"/> and <see cref="Method"/> are meant. Default: exactly.</summary>
    public GrpcMethodMatchKind Kind { get; init; }

    /// <summary>The service with its package, such as <c>shop.Orders</c>. <see langword="null"/>: any.</summary>
    public string? Service { get; init; }

    /// <summary>The method. <see langword="null"/>: any.</summary>
    public string? Method { get; init; }

    /// <summary>Headers (a call's metadata) that all have to match.</summary>
    public ImmutableArray<ValueMatch> Headers { get; init; } = [];

    /// <summary>The same as HTTP has it.</summary>
    internal RouteMatch ToRouteMatch() => new()
    {
        Path = (Kind, Service, Method) switch
        {
            (_, null, null) => null,
            (GrpcMethodMatchKind.Exact, { } service, { } method) => new(PathMatchKind.Exact, $"/{service}/{method}"),
            (GrpcMethodMatchKind.Exact, { } service, null) => new(PathMatchKind.PathPrefix, $"/{service}"),
            (GrpcMethodMatchKind.Exact, null, { } method) => new(PathMatchKind.RegularExpression, $"/{AnyName}/{method}"),
            _ => new(PathMatchKind.RegularExpression, $"/{Expression(Service)}/{Expression(Method)}"),
        },
        Headers = Headers,
    };

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var (field, name, isService) in new[] { ("service", Service, true), ("method", Method, false) })
        {
            if (name is null)
            {
                continue;
            }

            foreach (var violation in Kind == GrpcMethodMatchKind.RegularExpression ? MatchRules.Expression(name, at / "method" / field) : Name(name, isService, at / "method" / field))
            {
                yield return violation;
            }
        }

        foreach (var violation in Headers.SelectMany((header, i) => MatchRules.Value(header, (at / "headers")[i], isHeader: true)))
        {
            yield return violation;
        }
    }

    private static string Expression(string? name) => name is null ? AnyName : $"(?:{name})";

    private static IEnumerable<Violation> Name(string name, bool isService, FieldPath at)
    {
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_' || (isService && c == '.')))
        {
            yield return new(at, isService
                ? $"must be a service with its package, such as shop.Orders, but is {Wording.Quote(name)}"
                : $"must be a method's name, such as Charge, but is {Wording.Quote(name)}");
        }
    }
}
