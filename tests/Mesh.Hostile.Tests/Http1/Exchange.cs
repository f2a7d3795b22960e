using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Mesh.Hostile.Tests.Servers;

namespace Mesh.Hostile.Tests.Http1;

/// <summary>Sends a message of the corpus to a server, and a plain request right behind it: whoever reads the first one's length differently reads the second one differently.</summary>
internal static partial class Exchange
{
    private const string Next = "/next-request";

    public static async Task<Observation> RunAsync(CorpusMessage message, Target target)
    {
        target.Recording.Take();
        using var connection = await target.ConnectAsync();
        var octets = message.EndsThere ? message.Octets : [.. message.Octets, .. Encoding.Latin1.GetBytes($"GET {Next} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")];
        var sending = SendAsync(connection, octets, message.EndsThere);
        var (answer, isClosed) = await ReadAsync(connection.Stream, target.Patience);
        if (isClosed)
        {
            await sending;
        }

        var seen = target.Recording.Take();
        var requests = seen.Where(r => r.Target != Next).ToList();
        var isNextServed = seen.Any(r => r.Target == Next);
        var status = StatusLine().Matches(answer).Select(m => int.Parse(m.Groups[1].ValueSpan)).FirstOrDefault(s => s >= 200);
        var outcome = (requests.Count, isNextServed, isClosed) switch
        {
            ( > 0, _, _) => Outcome.Forwarded,
            (_, true, _) => Outcome.Refused,
            (_, _, true) => Outcome.RefusedAndClosed,
            _ => status >= 400 ? Outcome.Refused : Outcome.Waits,
        };
        return new Observation(outcome, status, requests, isNextServed, answer);
    }

    private static async Task SendAsync(HostileConnection connection, byte[] octets, bool finish)
    {
        try
        {
            await connection.Stream.WriteAsync(octets, TestContext.Current.CancellationToken);
            await connection.Stream.FlushAsync(TestContext.Current.CancellationToken);
            if (finish)
            {
                await connection.FinishAsync();
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The server has heard enough.
        }
    }

    private static async Task<(string Answer, bool IsClosed)> ReadAsync(Stream stream, TimeSpan patience)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(patience);
        var answer = new StringBuilder();
        var buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer, limit.Token)) > 0)
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }

            return (answer.ToString(), true);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return (answer.ToString(), true);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return (answer.ToString(), false);
        }
    }

    [GeneratedRegex(@"HTTP/1\.[01] (\d{3})")]
    private static partial Regex StatusLine();
}
