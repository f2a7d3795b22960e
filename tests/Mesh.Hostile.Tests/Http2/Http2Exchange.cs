using Mesh.Hostile.Tests.Servers;

namespace Mesh.Hostile.Tests.Http2;

/// <summary>Sends a request of the corpus on one stream, and a plain one on the next.</summary>
internal static class Http2Exchange
{
    private const string Next = "/next-request";

    public static async Task<Observation> RunAsync(Http2Message message, Target target)
    {
        target.Recording.Take();
        using var caller = new Http2Caller(await target.ConnectAsync());
        await caller.SendAsync([.. Http2Frame.Preface(), .. message.Octets, .. Http2Frame.Request(3, endStream: true, Http2Frame.Plain("GET", Next))]);
        await caller.ReadUntilAsync(c => c.HasEnded(1) && c.HasEnded(3), target.Patience);
        var seen = target.Recording.Take();
        var requests = seen.Where(r => r.Target != Next).ToList();
        var isNextServed = caller.Status(3) == 200;
        var outcome = (requests.Count, caller.IsClosed || caller.WasToldToGo, caller.HasEnded(1)) switch
        {
            ( > 0, _, _) => Outcome.Forwarded,
            (_, true, _) => Outcome.RefusedAndClosed,
            (_, _, true) => Outcome.Refused,
            _ => Outcome.Waits,
        };
        return new Observation(outcome, caller.Status(1), requests, isNextServed, "");
    }
}
