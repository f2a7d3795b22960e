using System.Collections.Immutable;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.Fault;

/// <summary>Makes faults happen to requests, ahead of routes, retries and timeouts: none of these sees them.</summary>
internal sealed class FaultInjector(FaultBoard board, HopName hop, ProxyMetrics metrics, TimeProvider time, Random random)
{
    private readonly Lock _lock = new();

    /// <summary>The faults that are made now.</summary>
    public FaultBoard Board => board;

    /// <summary>Does to a request what its faults say: every delay, then the first abort, else what happens to its response.</summary>
    /// <param name="faults">Those of its listener, the oldest first.</param>
    /// <param name="context">The request.</param>
    /// <param name="target">What it asks for.</param>
    /// <param name="callee">What it is counted under.</param>
    /// <param name="span">The hop's span.</param>
    /// <returns>The answer in place of the called service's; <see langword="null"/>: the request goes on.</returns>
    public async ValueTask<Failure?> InjectAsync(ImmutableArray<CompiledFault> faults, HttpContext context, RequestTarget target, string callee, HopSpan span)
    {
        Failure? failure = null;
        foreach (var fault in faults)
        {
            if (fault.Ended.IsCancellationRequested || !fault.Matches(context.Request, target))
            {
                continue;
            }

            var effects = fault.Rule.Effects;
            if (effects.Delay is { } delay && IsDrawn(delay.Percent))
            {
                Note(fault, "delay", callee, span);
                if (!await PauseAsync(fault, delay, context.RequestAborted))
                {
                    return new Failure(ProxyError.ClientClosed);
                }
            }

            if (failure is null && effects.Abort is { } abort && IsDrawn(abort.Percent) && !fault.Ended.IsCancellationRequested)
            {
                Note(fault, abort.Reset ? "reset" : "abort", callee, span);
                failure = Failure(fault.Rule, abort, ErrorResponse.IsGrpc(context.Request));
            }
        }

        if (failure is null)
        {
            Attach(faults, context, target, callee, span);
        }

        return failure;
    }

    /// <summary>Counts that a fault did something, where there is no span.</summary>
    public void Note(CompiledFault fault, string kind, string callee) => Note(fault, kind, callee, span: default);

    /// <summary>Whether this time is one of the share.</summary>
    public bool IsDrawn(double percent) => percent >= 100 || Draw() * 100 < percent;

    /// <summary>A number from 0 up to, not including, 1.</summary>
    public double Draw()
    {
        // An own Random is not safe for many threads.
        lock (_lock)
        {
            return random.NextDouble();
        }
    }

    // The oldest that is drawn does it: two limits on one body would be the lower one.
    private void Attach(ImmutableArray<CompiledFault> faults, HttpContext context, RequestTarget target, string callee, HopSpan span)
    {
        foreach (var fault in faults)
        {
            if (fault.Rule.Effects.Response is { } response && !fault.Ended.IsCancellationRequested && fault.Matches(context.Request, target) && IsDrawn(response.Percent))
            {
                Note(fault, response.CutAfter is null ? "bandwidth" : "cut", callee, span);
                var flow = new ResponseFlow(fault, response, time);
                if (UpgradeForwarder.IsUpgrade(context))
                {
                    FaultedUpgrade.Attach(context, flow);
                }
                else
                {
                    FaultedBody.Attach(context, flow, hop);
                }

                return;
            }
        }
    }

    private void Note(CompiledFault fault, string kind, string callee, HopSpan span)
    {
        metrics.FaultInjected(hop.ServiceText, callee, kind);
        span.Set("mesh.fault", fault.Rule.Label);
        span.Set("mesh.fault.kind", kind);
    }

    // Who is held up when the fault ends goes on at once.
    private async ValueTask<bool> PauseAsync(CompiledFault fault, FaultDelay delay, CancellationToken caller)
    {
        var length = delay.From + ((delay.To - delay.From) * Draw());
        using var either = CancellationTokenSource.CreateLinkedTokenSource(caller, fault.Ended);
        await Task.Delay(length, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !caller.IsCancellationRequested;
    }

    private static Failure Failure(FaultRule rule, FaultAbort abort, bool isGrpc)
    {
        var failure = new Failure(ProxyError.FaultInjected, rule.Label);
        return abort switch
        {
            { Reset: true } => failure with { BreaksOff = true },
            { GrpcStatus: { } status } => failure with { Status = isGrpc ? null : FaultStatus.HttpOf(status), GrpcStatus = status },
            { HttpStatus: { } status } => failure with { Status = status, GrpcStatus = FaultStatus.GrpcOf(status) },
            _ => failure,
        };
    }
}
