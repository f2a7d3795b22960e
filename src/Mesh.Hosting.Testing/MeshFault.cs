using System.Collections.Immutable;
using Mesh.Model.Policies.Fault;
using Mesh.Model.Snapshots;

namespace Mesh.Hosting.Testing;

/// <summary>What goes wrong with calls for the length of a test.</summary>
public sealed class MeshFault
{
    private FaultEffects _effects = new();
    private ImmutableArray<RouteMatch> _matches = [];

    /// <summary>A pause before the request goes on, or is aborted.</summary>
    /// <param name="length">How long, at most an hour.</param>
    /// <param name="percent">Share of the requests. Default: all.</param>
    public MeshFault Delay(TimeSpan length, double percent = 100) => With(_effects with { Delay = new() { Fixed = length, Percent = percent } });

    /// <summary>A pause that is drawn evenly between two lengths.</summary>
    /// <param name="least">The shortest; may be zero.</param>
    /// <param name="longest">The longest, at most an hour.</param>
    /// <param name="percent">Share of the requests. Default: all.</param>
    public MeshFault Delay(TimeSpan least, TimeSpan longest, double percent = 100) => With(_effects with { Delay = new() { Min = least, Max = longest, Percent = percent } });

    /// <summary>An answer in the service's place. gRPC calls get the gRPC status that belongs to it.</summary>
    /// <param name="httpStatus">200 to 599.</param>
    /// <param name="percent">Share of the requests. Default: all.</param>
    public MeshFault Abort(int httpStatus, double percent = 100) => With(_effects with { Abort = new() { HttpStatus = httpStatus, Percent = percent } });

    /// <summary>A gRPC status in the service's place.</summary>
    /// <param name="grpcStatus">1 to 16, such as 14 for UNAVAILABLE.</param>
    /// <param name="percent">Share of the calls. Default: all.</param>
    public MeshFault AbortGrpc(int grpcStatus, double percent = 100) => With(_effects with { Abort = new() { GrpcStatus = grpcStatus, Percent = percent } });

    /// <summary>The connection, in HTTP/2 the stream, breaks off without an answer.</summary>
    /// <param name="percent">Share of the requests. Default: all.</param>
    public MeshFault Reset(double percent = 100) => With(_effects with { Abort = new() { Reset = true, Percent = percent } });

    /// <summary>What happens to bodies of responses, gRPC streams and WebSockets among them.</summary>
    /// <param name="bytesPerSecond">The most bytes that come in a second. <see langword="null"/>: no limit.</param>
    /// <param name="cutAfter">After how many bytes it breaks off. <see langword="null"/>: it does not.</param>
    /// <param name="percent">Share of the responses. Default: all.</param>
    public MeshFault Response(int? bytesPerSecond = null, int? cutAfter = null, double percent = 100) =>
        With(_effects with { Response = new() { BytesPerSecond = bytesPerSecond, CutAfter = cutAfter, Percent = percent } });

    /// <summary>What happens to connections of a tcp endpoint, on the way back to the caller; to open ones from their next bytes on.</summary>
    /// <param name="latency">How long each piece is held. <see langword="null"/>: not at all.</param>
    /// <param name="jitter">How much longer or shorter at most. <see langword="null"/>: not.</param>
    /// <param name="bytesPerSecond">The most bytes in a second. <see langword="null"/>: no limit.</param>
    /// <param name="resetAfter">After how long the connection is reset; zero: at once. <see langword="null"/>: it is not.</param>
    /// <param name="limitBytes">After how many bytes nothing more comes. <see langword="null"/>: no limit.</param>
    /// <param name="slowClose">How long the end is held back. <see langword="null"/>: not at all.</param>
    /// <param name="percent">Share of the connections. Default: all.</param>
    public MeshFault Tcp(
        TimeSpan? latency = null, TimeSpan? jitter = null, int? bytesPerSecond = null, TimeSpan? resetAfter = null, int? limitBytes = null, TimeSpan? slowClose = null, double percent = 100) =>
        With(_effects with
        {
            Tunnel = new() { Latency = latency, Jitter = jitter, BytesPerSecond = bytesPerSecond, ResetAfter = resetAfter, LimitBytes = limitBytes, SlowClose = slowClose, Percent = percent },
        });

    /// <summary>Which requests; called several times, each of them. Default: all.</summary>
    /// <param name="path">The whole path; below it too where it ends with <c>/*</c>. <see langword="null"/>: every path.</param>
    /// <param name="method">The method. <see langword="null"/>: every method.</param>
    /// <param name="headers">Headers with their values. <see langword="null"/>: whatever they have.</param>
    public MeshFault When(string? path = null, string? method = null, IEnumerable<KeyValuePair<string, string>>? headers = null)
    {
        _matches = _matches.Add(new()
        {
            Path = path is null ? null : path.EndsWith("/*", StringComparison.Ordinal) ? new(PathMatchKind.PathPrefix, path.Length == 2 ? "/" : path[..^2]) : new(PathMatchKind.Exact, path),
            Method = method,
            Headers = [.. (headers ?? []).Select(header => new ValueMatch(header.Key, ValueMatchKind.Exact, header.Value))],
        });
        return this;
    }

    internal FaultRequest Of(string to, string? from, TimeSpan duration) => new()
    {
        To = to,
        From = from is null ? [] : [from],
        Duration = duration,
        Matches = _matches,
        Effects = _effects,
    };

    private MeshFault With(FaultEffects effects)
    {
        _effects = effects;
        return this;
    }
}
