using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Proxy.Bootstrap;

/// <summary>Turns the bootstrap into settings, or says everything that is wrong with it at once.</summary>
internal sealed class BootstrapValidator
{
    private readonly List<Violation> _violations = [];

    private BootstrapValidator()
    {
    }

    /// <summary>Checks.</summary>
    public static ProxySettings? Check(SidecarBootstrap bootstrap, out IReadOnlyList<Violation> violations)
    {
        var validator = new BootstrapValidator();
        var settings = validator.Convert(bootstrap);
        violations = validator._violations;
        return violations.Count == 0 ? settings : null;
    }

    private ProxySettings? Convert(SidecarBootstrap bootstrap)
    {
        if (!TrustDomain.TryParse(bootstrap.TrustDomain, out var trustDomain))
        {
            Fault("trustDomain", $"'{bootstrap.TrustDomain}' is not a trust domain; use lower-case letters, digits, '.', '-' and '_', such as shop.local");
        }

        if (!ServiceId.TryParse(bootstrap.Service, ServiceId.DefaultNamespace, out var service))
        {
            Fault("service", $"'{bootstrap.Service}' is not namespace/name, both DNS labels, such as default/orders");
        }

        if (string.IsNullOrWhiteSpace(bootstrap.Replica))
        {
            Fault("replica", "is empty; give the replica a name that is unique in its service, such as orders-1");
        }

        if (!Path.IsPathFullyQualified(bootstrap.StateDirectory ?? ""))
        {
            Fault("stateDirectory", $"'{bootstrap.StateDirectory}' is not an absolute path");
        }

        var controlPlane = ControlPlane(bootstrap);
        var bundle = Bundle(bootstrap);
        var admin = bootstrap.Admin is { } a ? Admin(a) : null;
        if (bootstrap.ServerCertificate is { } files && !ServerCertificateReader.TryRead(files, out _, out var fault))
        {
            Fault($"serverCertificate.{fault.Member}", fault.Text);
        }

        CheckTelemetry(bootstrap.Telemetry);
        var level = Level(bootstrap.LogLevel);
        if (bootstrap.LogFormat is not ("text" or "json"))
        {
            Fault("logFormat", $"'{bootstrap.LogFormat}' is neither text nor json");
        }

        if (bootstrap.DrainSeconds is < 0 or > 3600)
        {
            Fault("drainSeconds", $"must be from 0 to 3600 but is {bootstrap.DrainSeconds}");
        }

        if (bootstrap.ParentProcessId is < 1)
        {
            Fault("parentProcessId", $"must be the number of a process, from 1, but is {bootstrap.ParentProcessId}; leave it out to run on its own");
        }

        IPAddress? advertised = null;
        IPEndPoint? door = null;
        if (bootstrap.AdvertisedAddress is { } text && !IPAddress.TryParse(text, out advertised) && !TryParseAddress(text, out door))
        {
            Fault("advertisedAddress", $"'{text}' is neither an IP literal nor ip:port; names are not resolved here");
        }

        var relay = bootstrap.Relay is { } offered ? RelayCheck.Convert(offered, bootstrap.StateDirectory ?? "", Fault) : null;

        var listeners = Listeners(bootstrap.Listeners);
        var applications = Applications(bootstrap.Applications);
        var probes = bootstrap.Probes is { } probed ? ProbeCheck.Convert(probed, listeners, applications, Fault) : null;
        return trustDomain is null || _violations.Count > 0 ? null : new ProxySettings
        {
            Service = service,
            Id = SpiffeId.ForService(trustDomain, service),
            Replica = bootstrap.Replica,
            ControlPlane = controlPlane,
            TrustBundle = bundle,
            TrustBundleFile = bootstrap.TrustBundleFile,
            Token = bootstrap.Token,
            TokenFile = bootstrap.TokenFile,
            StateDirectory = bootstrap.StateDirectory!,
            Listeners = listeners,
            Applications = applications,
            AdvertisedAddress = advertised,
            AdvertisedDoor = door,
            Relay = relay,
            AdminAddress = admin,
            AdminToken = bootstrap.Admin?.Token,
            Probes = probes,
            DeveloperIdentity = bootstrap.DeveloperIdentity,
            PeerProcessCheck = bootstrap.PeerProcessCheck,
            FrontDoorHosts = bootstrap.FrontDoorHosts.ToFrozenSet(StringComparer.OrdinalIgnoreCase),
            ServerCertificate = bootstrap.ServerCertificate,
            Telemetry = bootstrap.Telemetry,
            Zone = bootstrap.Zone,
            LogLevel = level,
            JsonLogs = bootstrap.LogFormat == "json",
            Drain = TimeSpan.FromSeconds(bootstrap.DrainSeconds),
            ParentProcessId = bootstrap.ParentProcessId,
        };
    }

    private Uri? ControlPlane(SidecarBootstrap bootstrap)
    {
        if (bootstrap.ControlPlane is null)
        {
            return null;
        }

        if (!Uri.TryCreate(bootstrap.ControlPlane, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps || uri.PathAndQuery != "/")
        {
            Fault("controlPlane", $"'{bootstrap.ControlPlane}' is not https://host:port without a path, such as https://127.0.0.1:15010");
        }

        if (bootstrap.Token is not null && bootstrap.TokenFile is not null)
        {
            Fault("tokenFile", "token is given too; keep one of them");
        }

        if (string.IsNullOrWhiteSpace(bootstrap.Token) && string.IsNullOrWhiteSpace(bootstrap.TokenFile))
        {
            Fault("token", "neither token nor tokenFile is given; without one the control plane signs no certificate. `mesh token` issues one");
        }

        return uri;
    }

    private TrustBundle Bundle(SidecarBootstrap bootstrap)
    {
        if (bootstrap.TrustBundleFile is { } path)
        {
            if (!bootstrap.TrustBundle.IsDefaultOrEmpty)
            {
                Fault("trustBundleFile", "trustBundle is given too; keep one of them");
            }

            try
            {
                return TrustBundleFile.Read(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
            {
                Fault("trustBundleFile", $"'{path}' holds no roots: {e.Message}");
                return TrustBundle.Empty;
            }
        }

        if (bootstrap.TrustBundle.IsDefaultOrEmpty)
        {
            if (bootstrap.ControlPlane is not null)
            {
                Fault("trustBundle", "is empty; the control plane is authenticated by its roots, as PEM, here or in a trustBundleFile");
            }

            return TrustBundle.Empty;
        }

        try
        {
            return TrustBundle.FromPem(bootstrap.TrustBundle);
        }
        catch (CryptographicException e)
        {
            Fault("trustBundle", $"holds something that is no PEM certificate: {e.Message}");
            return TrustBundle.Empty;
        }
    }

    private IPEndPoint? Admin(AdminBootstrap admin)
    {
        if (!TryParseAddress(admin.Address, out var address))
        {
            Fault("admin.address", $"'{admin.Address}' is not ip:port such as 127.0.0.1:15000");
        }
        else if (!IPAddress.IsLoopback(address.Address))
        {
            Fault("admin.address", $"{address} is not loopback; the admin endpoint is for this machine only, use 127.0.0.1:{address.Port}");
        }

        if (admin.Token is { Length: < 16 })
        {
            Fault("admin.token", "is shorter than 16 characters; use 32 random bytes in base64url, or leave it out: then the proxy makes one");
        }

        return address;
    }

    private void CheckTelemetry(TelemetryBootstrap? telemetry)
    {
        if (telemetry is null)
        {
            return;
        }

        if (!Uri.TryCreate(telemetry.Endpoint, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
        {
            Fault("telemetry.endpoint", $"'{telemetry.Endpoint}' is not an http or https URL");
        }

        if (!TelemetryBootstrap.IsProtocol(telemetry.Protocol))
        {
            Fault("telemetry.protocol", $"'{telemetry.Protocol}' is neither grpc nor http/protobuf");
        }

        Positive("traceDelayMilliseconds", telemetry.TraceDelayMilliseconds);
        Positive("metricIntervalMilliseconds", telemetry.MetricIntervalMilliseconds);
        Positive("logDelayMilliseconds", telemetry.LogDelayMilliseconds);

        void Positive(string member, int? value)
        {
            if (value <= 0)
            {
                Fault($"telemetry.{member}", $"must be greater than zero but is {value}; leave it out for the default");
            }
        }
    }

    private LogLevel Level(string text)
    {
        if (Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level) && Enum.IsDefined(level) && !char.IsAsciiDigit(text[0]))
        {
            return level;
        }

        Fault("logLevel", $"'{text}' is none of Trace, Debug, Information, Warning, Error, Critical, None");
        return LogLevel.Information;
    }

    private FrozenDictionary<string, ListenAddress> Listeners(ImmutableSortedDictionary<string, string> addresses)
    {
        var parsed = new Dictionary<string, ListenAddress>();
        foreach (var (name, text) in addresses)
        {
            if (TryParseAddress(text, out var address))
            {
                parsed.Add(name, ListenAddress.At(address));
            }
            else if (TryParseLocalhost(text, out var port) && name != ResourceNames.MeshDoor)
            {
                parsed.Add(name, new ListenAddress(null, port));
            }
            else
            {
                // Peers are told one address of the mesh door.
                var orLocalhost = name == ResourceNames.MeshDoor ? "" : ", nor localhost:port";
                Fault($"listeners['{name}']", $"'{text}' is not ip:port such as 127.0.0.1:15101{orLocalhost}");
            }
        }

        return parsed.ToFrozenDictionary();
    }

    private FrozenDictionary<string, EndPoint> Applications(ImmutableSortedDictionary<string, string> addresses)
    {
        var parsed = new Dictionary<string, EndPoint>();
        foreach (var (name, text) in addresses)
        {
            if (TryParseAddress(text, out var address))
            {
                parsed.Add(name, address);
            }
            else if (TryParseLocalhost(text, out var port))
            {
                parsed.Add(name, new DnsEndPoint(ListenAddress.Localhost, port));
            }
            else
            {
                Fault($"applications['{name}']", $"'{text}' is not ip:port such as 127.0.0.1:8080, or localhost:port");
            }
        }

        return parsed.ToFrozenDictionary();
    }

    private static bool TryParseLocalhost(string? text, out int port)
    {
        const string prefix = $"{ListenAddress.Localhost}:";
        port = -1;
        if (text is not null && text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
            && ushort.TryParse(text.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            port = number;
        }

        return port >= 0;
    }

    // IPEndPoint.TryParse takes an address without port, as port 0; here the port is what matters.
    internal static bool TryParseAddress(string? text, [NotNullWhen(true)] out IPEndPoint? address)
    {
        address = null;
        return text is not null
            && text.LastIndexOf(':') is > 0 and var colon
            && colon < text.Length - 1
            && char.IsAsciiDigit(text[^1])
            && (text[0] == '[' || text.IndexOf(':') == colon)
            && IPEndPoint.TryParse(text, out address);
    }

    private void Fault(string member, string message) => _violations.Add(new(FieldPath.Root / member, message));
}
