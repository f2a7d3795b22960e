using System.Diagnostics.CodeAnalysis;
using Mesh.Model.Topology;

namespace Mesh.Model.Identity;

/// <summary>A SPIFFE id: <c>spiffe://trust-domain/path</c> (SPIFFE-ID standard, section 2).</summary>
public sealed record SpiffeId
{
    private const string Scheme = "spiffe://";

    /// <summary>Longest id in bytes that the standard asks everyone to accept.</summary>
    public const int MaxLength = 2048;

    private SpiffeId(TrustDomain trustDomain, string path)
    {
        TrustDomain = trustDomain;
        Path = path;
        Text = $"{Scheme}{trustDomain.Name}{path}";
    }

    /// <summary>The trust domain.</summary>
    public TrustDomain TrustDomain { get; }

    /// <summary>The path with its leading slash; empty for the id of the trust domain itself.</summary>
    public string Path { get; }

    /// <summary>The whole id.</summary>
    public string Text { get; }

    /// <summary>The one rule for workloads in every environment: <c>/ns/{namespace}/sa/{service}</c>.</summary>
    public static SpiffeId ForService(TrustDomain trustDomain, ServiceId service) => new(trustDomain, $"/ns/{service.Namespace}/sa/{service.Name}");

    /// <summary>The person at the browser; only a run-mode bootstrap switches it on, and only at front doors.</summary>
    public static SpiffeId Developer(TrustDomain trustDomain) => new(trustDomain, "/developer");

    /// <summary>The control plane.</summary>
    public static SpiffeId ControlPlane(TrustDomain trustDomain) => new(trustDomain, "/ns/mesh-system/sa/control-plane");

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">The text breaks the standard.</exception>
    public static SpiffeId Parse(string text) => TryParse(text, out var id)
        ? id
        : throw new FormatException($"'{text}' is not a SPIFFE id such as spiffe://shop.local/ns/default/sa/orders.");

    /// <summary>Reads an id, or says no. Nothing is normalized: the standard compares ids as they are.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out SpiffeId? id)
    {
        id = null;
        if (text is null || text.Length > MaxLength || !text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return false;
        }

        var slash = text.IndexOf('/', Scheme.Length);
        var domain = slash < 0 ? text[Scheme.Length..] : text[Scheme.Length..slash];
        var path = slash < 0 ? "" : text[slash..];
        if (!TrustDomain.TryParse(domain, out var trustDomain) || !IsPath(path))
        {
            return false;
        }

        id = new SpiffeId(trustDomain, path);
        return true;
    }

    /// <summary>The service this id belongs to by the workload rule, if it does.</summary>
    public bool TryGetService(out ServiceId service)
    {
        service = default;
        var parts = Path.Split('/');
        return parts is ["", "ns", var ns, "sa", var name] && ServiceId.TryParse($"{ns}/{name}", ServiceId.DefaultNamespace, out service);
    }

    /// <inheritdoc />
    public override string ToString() => Text;

    private static bool IsPath(string path)
    {
        if (path.Length == 0)
        {
            return true;
        }

        foreach (var segment in path[1..].Split('/'))
        {
            if (segment is "" or "." or "..")
            {
                return false;
            }

            foreach (var c in segment)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_'))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
