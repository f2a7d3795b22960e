using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.TrafficPermission;

/// <summary>A gRPC service, or one method of it.</summary>
/// <param name="Service">The service with its package: <c>shop.Orders</c>.</param>
/// <param name="Method">The method: <c>Get</c>; <see langword="null"/>: every method of the service.</param>
public sealed record GrpcMethod(string Service, string? Method = null)
{
    /// <summary>The path of its calls (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, "Requests").</summary>
    internal PathMatch Path => Method is null ? new(PathMatchKind.PathPrefix, $"/{Service}") : new(PathMatchKind.Exact, $"/{Service}/{Method}");

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        if (Service.Split('.').Any(part => !IsName(part)))
        {
            yield return new(at / "service", $"must be a gRPC service with its package, such as shop.Orders, but is {Wording.Quote(Service)}");
        }

        if (Method is not null && !IsName(Method))
        {
            yield return new(at / "method", $"must be a method's name, such as Get, but is {Wording.Quote(Method)}; leave it out for all methods");
        }
    }

    // Identifiers of protocol buffers.
    private static bool IsName(string text) =>
        text.Length > 0 && !char.IsAsciiDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
