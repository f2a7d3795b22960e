using System.Text.Json;

namespace Mesh.Xds.Client;

/// <summary>Keeps a sidecar's configuration what the control plane says, and what it last said where the control plane is away.</summary>
public interface IAdsClient
{
    /// <summary>
    /// Reads the last good configuration of this node from the state directory and hands it to the sink. Call it once, before <see cref="RunAsync"/>.
    /// </summary>
    /// <returns>Whether there was one.</returns>
    bool LoadSaved();

    /// <summary>Connects, follows, reconnects; ends when cancelled.</summary>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>How it stands with the control plane.</summary>
    AdsClientStatus Status { get; }

    /// <summary>Writes the state of every resource as one JSON object in the shape of CSDS' <c>ClientConfig</c>. No secrets are in it.</summary>
    void WriteState(Utf8JsonWriter writer);
}
