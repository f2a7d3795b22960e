using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Mesh.Laptop.Api;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Dashboard;

/// <summary>All sidecars as the control plane saw them at one moment.</summary>
internal sealed record MeshStatus
{
    /// <summary>Nothing is known yet.</summary>
    public static MeshStatus None { get; } = new() { Error = "the control plane has not answered yet" };

    /// <summary>Whether everything that was written before is compiled.</summary>
    public bool IsSettled { get; init; }

    /// <summary>By service and replica.</summary>
    public ImmutableDictionary<(ServiceId Service, string Replica), SidecarStatus> Sidecars { get; init; } = ImmutableDictionary<(ServiceId, string), SidecarStatus>.Empty;

    /// <summary>Why the control plane could not be asked; <see langword="null"/>: it could.</summary>
    public string? Error { get; init; }

    /// <summary>What is known of one sidecar.</summary>
    public SidecarStatus Of(ServiceId service, string replica) => Sidecars.GetValueOrDefault((service, replica), SidecarStatus.Unknown);

    /// <summary>Asks the control plane.</summary>
    /// <param name="client">Its API.</param>
    /// <param name="last">What it said before, which stays where it does not answer now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<MeshStatus> AskAsync(ControlPlaneClient client, MeshStatus last, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.GetAsync("proxies", cancellationToken);
            var sidecars = ImmutableDictionary.CreateBuilder<(ServiceId, string), SidecarStatus>();
            foreach (var proxy in (answer["proxies"] as JsonArray ?? []).OfType<JsonObject>())
            {
                var service = new ServiceId(proxy["namespace"]!.ToString(), proxy["service"]!.ToString());
                sidecars[(service, proxy["replica"]!.ToString())] = SidecarStatus.Read(proxy);
            }

            return new MeshStatus { IsSettled = answer["settled"]?.GetValue<bool>() ?? false, Sidecars = sidecars.ToImmutable() };
        }
        catch (ControlPlaneException e)
        {
            return last with { IsSettled = false, Error = e.Message };
        }
    }
}
