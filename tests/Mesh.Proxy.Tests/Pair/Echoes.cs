using System.Net.WebSockets;
using System.Text;

namespace Mesh.Proxy.Tests.Pair;

/// <summary>WebSockets that say what they hear.</summary>
internal static class Echoes
{
    /// <summary>An app's end: sends back what comes, to the end.</summary>
    public static async Task EchoAsync(this WebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[1024];
        while (await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken) is { MessageType: not WebSocketMessageType.Close } message)
        {
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, cancellationToken);
        }
    }

    /// <summary>A caller's end: what comes back of a text.</summary>
    public static async Task<string> EchoedAsync(this WebSocket socket, string text)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken).InTime();
        var buffer = new byte[1024];
        var message = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).InTime();
        return Encoding.UTF8.GetString(buffer, 0, message.Count);
    }
}
