using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Mesh.Laptop.Api;
using Mesh.Laptop.Files;
using Mesh.Model.Bootstrap;
using Mesh.Model.Identity;
using Mesh.Model.Planning;

namespace Mesh.Cli.VirtualMachines;

/// <summary>Makes the one file that a machine needs for a sidecar: where the control plane is and how it is known, who the sidecar is and its proof, and every address.</summary>
internal static class BootstrapIssue
{
    private const int DrainSeconds = 20;

    /// <summary>Asks the control plane for what the file holds; the token comes last, so that none is issued in vain.</summary>
    /// <exception cref="CliException">The request cannot be met.</exception>
    /// <exception cref="ControlPlaneException">The control plane said no.</exception>
    public static async Task<(SidecarBootstrap Bootstrap, string Expires)> MakeAsync(BootstrapRequest request, ControlPlaneClient client, CancellationToken cancellation)
    {
        var trust = await client.GetAsync("trust-bundle", cancellation);
        var controlPlane = request.ControlPlane ?? Reached(trust["grpc"]?.ToString() ?? "", request.Advertised);
        var facts = ServiceFacts.Read(await client.GetAsync($"services/{request.Service.Namespace}/{request.Service.Name}", cancellation));
        var trustDomain = TrustDomain.Parse(trust["trustDomain"]?.ToString() ?? "");
        var replica = MachinePlan.Make(request, trustDomain, facts);
        var token = await client.PostAsync("tokens", new JsonObject { ["service"] = request.Service.ToString(), ["lifetimeSeconds"] = request.Lifetime }, cancellation);

        var bootstrap = new SidecarBootstrap
        {
            TrustDomain = trustDomain.Name,
            Service = request.Service.ToString(),
            Replica = request.Replica,
            ControlPlane = controlPlane.GetLeftPart(UriPartial.Authority),
            TrustBundle = [.. (trust["roots"] as JsonArray ?? []).Select(r => r!.ToString())],
            Token = token["token"]?.ToString() ?? throw new CliException(ExitCode.Software, "the control plane's answer holds no token."),
            StateDirectory = request.StateDirectory,
            Listeners = replica.Listeners,
            Applications = replica.Applications,
            Environment = replica.Environment
                .Append(new PlannedVariable(EnvironmentNames.State, $"{request.StateDirectory.TrimEnd('/')}/app"))
                .ToImmutableSortedDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal),
            AdvertisedAddress = request.Advertised.ToString(),
            Admin = new AdminBootstrap { Address = replica.AdminAddress, Token = StartFiles.NewToken() },
            PeerProcessCheck = true, // docs/security.md: as on a laptop, where the system tells
            DrainSeconds = DrainSeconds,
        };
        return (bootstrap, token["expiresAt"]?.ToString() ?? "");
    }

    // A control plane that listens on loopback, or anywhere, does not say by which address another machine reaches it.
    private static Uri Reached(string listens, IPAddress advertised)
    {
        var text = listens.Length > 0 ? listens : "an address that it does not tell";
        if (!IPEndPoint.TryParse(listens, out var address) || address.Port == 0 || address.Address.Equals(IPAddress.Any) || address.Address.Equals(IPAddress.IPv6Any))
        {
            throw new CliException(ExitCode.Usage, $"the control plane listens on {text}, which says not how {advertised} reaches it: give --control-plane https://HOST:PORT.");
        }

        return !IPAddress.IsLoopback(address.Address) || IPAddress.IsLoopback(advertised)
            ? new Uri(string.Create(CultureInfo.InvariantCulture, $"https://{address}"))
            : throw new CliException(ExitCode.Usage,
                $"the control plane listens on {address}, which {advertised} cannot reach: let it listen on an address of its machine (grpcAddress in its settings), or give --control-plane https://HOST:PORT if something forwards to it.");
    }
}
