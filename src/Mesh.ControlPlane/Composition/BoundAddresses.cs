using System.Net.Sockets;
using System.Text.Json;
using Mesh.ControlPlane.Store;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Mesh.ControlPlane.Composition;

/// <summary>Where both doors are open, told in <c>addresses.json</c> to whoever started the process with port 0.</summary>
internal sealed partial class BoundAddresses(IServer server, StateDirectory state, ILogger<BoundAddresses> logger) : IHostedLifecycleService
{
    private const string FileName = "addresses.json";

    /// <summary>The gRPC door. <see langword="null"/> until it is bound.</summary>
    public Uri? Grpc { get; private set; }

    /// <summary>The API door. <see langword="null"/> until it is bound.</summary>
    public Uri? Api { get; private set; }

    /// <summary>Why an address cannot be bound; <see langword="null"/>: it can.</summary>
    public static string? WhyNotFree(string address)
    {
        _ = SettingsFile.TryParseAddress(address, out var endpoint);
        try
        {
            using var probe = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(endpoint);
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return "the port is in use; is a control plane running already? Stop what listens there, give another port, or port 0 for any that is free";
        }
        catch (SocketException e)
        {
            return e.Message;
        }
    }

    /// <summary>Whether that is why a server did not start.</summary>
    public static bool IsPortInUse(IOException e) => e.InnerException is AddressInUseException;

    /// <inheritdoc />
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // Kestrel lists what it bound in the order in which it was told to: gRPC, then the API.
        var bound = server.Features.Get<IServerAddressesFeature>()!.Addresses.Select(a => new Uri(a)).ToArray();
        (Grpc, Api) = (bound[0], bound[1]);
        state.Write(FileName, JsonSerializer.SerializeToUtf8Bytes(new { grpc = Text(Grpc), api = Text(Api) }));
        Log.Listening(logger, Text(Grpc), Text(Api));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        // What a killed process left behind would send its starter to the wrong ports.
        File.Delete(state.PathOf(FileName));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        File.Delete(state.PathOf(FileName));
        return Task.CompletedTask;
    }

    private static string Text(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private static partial class Log
    {
        [LoggerMessage(2000, LogLevel.Information, "Sidecars are served at {Grpc}, people and tools at {Api}.", EventName = nameof(Listening))]
        public static partial void Listening(ILogger logger, string grpc, string api);
    }
}
