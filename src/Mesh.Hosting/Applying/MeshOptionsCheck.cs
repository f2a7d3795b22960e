using Aspire.Hosting;
using Mesh.Hosting.Diagnostics;
using Mesh.Model.Identity;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Applying;

/// <summary>Checks what the AppHost said of the mesh as a whole.</summary>
internal static class MeshOptionsCheck
{
    private static readonly TimeSpan ShortestLifetime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(24);
    private static readonly string[] LogLevels = ["Trace", "Debug", "Information", "Warning", "Error"];

    /// <summary>The trust domain, once nothing is wrong.</summary>
    /// <exception cref="DistributedApplicationException">MESH008: an option is out of its bounds.</exception>
    public static TrustDomain Run(MeshResource mesh)
    {
        var options = mesh.Options;
        if (options.CertificateLifetime < ShortestLifetime || options.CertificateLifetime > LongestLifetime)
        {
            throw MeshDiagnostics.BadOption(nameof(MeshOptions.CertificateLifetime), options.CertificateLifetime.ToString(), "it must be 10 seconds to 24 hours.");
        }

        if (!LogLevels.Contains(options.LogLevel))
        {
            throw MeshDiagnostics.BadOption(nameof(MeshOptions.LogLevel), options.LogLevel, $"it must be one of {string.Join(", ", LogLevels)}.");
        }

        if (!DnsLabel.IsValid(options.Namespace))
        {
            throw MeshDiagnostics.BadOption(nameof(MeshOptions.Namespace), options.Namespace, "it must be lower-case letters, digits and inner hyphens.");
        }

        var domain = options.TrustDomain ?? $"{new string([.. mesh.AppHostName.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '-')])}.local";
        return TrustDomain.TryParse(domain, out var parsed)
            ? parsed
            : throw MeshDiagnostics.BadOption(nameof(MeshOptions.TrustDomain), domain, "it must be lower-case letters, digits, '.', '-' and '_', at most 255 characters, such as shop.local.");
    }
}
