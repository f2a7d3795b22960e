using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Mesh.ControlPlane.Api;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Mesh.Model.Resources;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Composition;

/// <summary>Reads and checks the start-up file. Every error is one line: <c>member=value (reason)</c>.</summary>
internal static class SettingsFile
{
    /// <summary>Shortest API token, in characters: 32 random bytes are 43 in base64url.</summary>
    private const int MinTokenLength = 32;

    /// <summary>Shortest SVID life in seconds: half of it has to leave time for a renewal.</summary>
    private const int MinSvidLifetime = 10;

    /// <summary>Reads the file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="errors">All that is wrong with it; empty when settings are returned.</param>
    public static ControlPlaneSettings? Read(string path, out ImmutableArray<string> errors)
    {
        ControlPlaneSettings? settings;
        try
        {
            settings = JsonSerializer.Deserialize(File.ReadAllBytes(path), BootstrapJson.Default.ControlPlaneSettings);
        }
        catch (JsonException e)
        {
            errors = [$"--config={path} (line {e.LineNumber + 1}: {e.Message})"];
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors = [$"--config={path} ({e.Message})"];
            return null;
        }

        if (settings is null)
        {
            errors = [$"--config={path} (holds null; it must hold an object with trustDomain and stateDirectory)"];
            return null;
        }

        errors = [.. Check(settings)];
        return errors.IsEmpty ? settings : null;
    }

    /// <summary>All that is wrong with settings.</summary>
    public static IEnumerable<string> Check(ControlPlaneSettings settings)
    {
        if (!TrustDomain.TryParse(settings.TrustDomain, out _))
        {
            yield return $"trustDomain={settings.TrustDomain} (use lower-case letters, digits, '.', '-' and '_', such as shop.local)";
        }

        foreach (var (name, value) in new[] { ("grpcAddress", settings.GrpcAddress), ("apiAddress", settings.ApiAddress) })
        {
            if (!TryParseAddress(value, out _))
            {
                yield return $"{name}={value} (must be an IP literal and a port such as 127.0.0.1:15010; port 0 picks a free one)";
            }
        }

        if (settings.GrpcAddress == settings.ApiAddress && TryParseAddress(settings.ApiAddress, out var both) && both.Port != 0)
        {
            yield return $"apiAddress={settings.ApiAddress} (is grpcAddress as well; they need two ports)";
        }

        if (!Path.IsPathFullyQualified(settings.StateDirectory ?? ""))
        {
            yield return $"stateDirectory={settings.StateDirectory} (must be an absolute path)";
        }

        if (settings.SvidLifetimeSeconds is < MinSvidLifetime or > 7 * 24 * 3600)
        {
            yield return $"svidLifetimeSeconds={settings.SvidLifetimeSeconds} (must be {MinSvidLifetime} to 604800; 3600 is usual)";
        }

        if (settings.LeaseSeconds is < 1 or > 3600)
        {
            yield return $"leaseSeconds={settings.LeaseSeconds} (must be 1 to 3600; 15 is usual)";
        }

        if (settings.LoadReportSeconds is < 1 or > 3600)
        {
            yield return $"loadReportSeconds={settings.LoadReportSeconds} (must be 1 to 3600; 10 is usual)";
        }

        if (!Enum.TryParse<LogLevel>(settings.LogLevel, out _))
        {
            yield return $"logLevel={settings.LogLevel} (must be Trace, Debug, Information, Warning, Error, Critical or None)";
        }

        foreach (var error in CheckSources(settings).Concat(CheckTokens(settings)).Concat(CheckAuthority(settings)).Concat(CheckIdentities(settings)).Concat(CheckTelemetry(settings)).Concat(KubernetesSettingsCheck.Run(settings)))
        {
            yield return error;
        }
    }

    /// <summary>Reads <c>ip:port</c>.</summary>
    public static bool TryParseAddress(string? text, out IPEndPoint address)
    {
        if (IPEndPoint.TryParse(text ?? "", out var parsed) && text!.EndsWith($":{parsed.Port}", StringComparison.Ordinal))
        {
            address = parsed;
            return true;
        }

        address = new IPEndPoint(IPAddress.None, 0);
        return false;
    }

    private static IEnumerable<string> CheckSources(ControlPlaneSettings settings)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < settings.Sources.Length; i++)
        {
            var source = settings.Sources[i];
            if (!Path.IsPathFullyQualified(source.Directory ?? ""))
            {
                yield return $"sources[{i}].directory={source.Directory} (must be an absolute path)";
            }

            if (string.IsNullOrWhiteSpace(source.Name) || source.Name == "api" || !names.Add(source.Name))
            {
                yield return $"sources[{i}].name={source.Name} (must be unique, not empty, and not 'api')";
            }
        }
    }

    private static IEnumerable<string> CheckTokens(ControlPlaneSettings settings)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < settings.ApiTokens.Length; i++)
        {
            var token = settings.ApiTokens[i];
            if (string.IsNullOrWhiteSpace(token.Name) || !names.Add(token.Name))
            {
                yield return $"apiTokens[{i}].name={token.Name} (must be unique and not empty: audit events name it)";
            }

            if ((token.Token?.Length ?? 0) < MinTokenLength)
            {
                yield return $"apiTokens[{i}].token=… (must have at least {MinTokenLength} characters: use 32 random bytes in base64url)";
            }

            foreach (var scope in token.Scopes)
            {
                if (!ApiScopes.All.Contains(scope))
                {
                    yield return $"apiTokens[{i}].scopes={scope} (must be one of {string.Join(", ", ApiScopes.All)})";
                }
            }
        }
    }

    private static IEnumerable<string> CheckAuthority(ControlPlaneSettings settings)
    {
        if (settings.Authority is not { } authority)
        {
            yield break;
        }

        var files = authority.RootFiles.Select((file, i) => ($"authority.rootFiles[{i}]", file))
            .Prepend(("authority.keyFile", authority.KeyFile))
            .Prepend(("authority.certificateFile", authority.CertificateFile));
        foreach (var (name, file) in files)
        {
            if (!File.Exists(file))
            {
                yield return $"{name}={file} (there is no such file)";
            }
        }
    }

    private static IEnumerable<string> CheckIdentities(ControlPlaneSettings settings)
    {
        var directories = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < settings.Identities.Length; i++)
        {
            var (service, directory) = settings.Identities[i];
            if (!ServiceId.TryParse(service, ServiceId.DefaultNamespace, out var id) || id.Namespace == DeclaredResource.SystemNamespace)
            {
                yield return $"identities[{i}].service={service} (must be a service, name or namespace/name of DNS labels, and not of the mesh itself)";
            }

            if (!Path.IsPathFullyQualified(directory ?? "") || !directories.Add(directory!))
            {
                yield return $"identities[{i}].directory={directory} (must be an absolute path that no other service has)";
            }
        }
    }

    private static IEnumerable<string> CheckTelemetry(ControlPlaneSettings settings)
    {
        if (settings.Telemetry is not { } telemetry)
        {
            yield break;
        }

        if (!Uri.TryCreate(telemetry.Endpoint, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
        {
            yield return $"telemetry.endpoint={telemetry.Endpoint} (must be an http or https URL such as http://127.0.0.1:4317)";
        }

        if (!TelemetryBootstrap.IsProtocol(telemetry.Protocol))
        {
            yield return $"telemetry.protocol={telemetry.Protocol} (must be grpc or http/protobuf)";
        }

        foreach (var (name, value) in new[]
        {
            ("traceDelayMilliseconds", telemetry.TraceDelayMilliseconds),
            ("metricIntervalMilliseconds", telemetry.MetricIntervalMilliseconds),
            ("logDelayMilliseconds", telemetry.LogDelayMilliseconds),
        })
        {
            if (value <= 0)
            {
                yield return $"telemetry.{name}={value} (must be greater than zero; leave it out for the default)";
            }
        }
    }
}
