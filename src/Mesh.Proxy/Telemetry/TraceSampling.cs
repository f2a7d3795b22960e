using System.Diagnostics;
using System.Globalization;

namespace Mesh.Proxy.Telemetry;

/// <summary>
/// Which traces are sampled, by the random part of their ids, as W3C Trace Context Level 2 and OpenTelemetry's consistent probability sampling have it: everybody who says the same share
/// keeps the same traces, and who says a smaller one keeps some of them. https://www.w3.org/TR/trace-context-2/#random-trace-id-flag
/// </summary>
/// <param name="percent">Share, 0 to 100.</param>
/// <param name="ignoresParent">Whether it decides although the caller has decided.</param>
internal sealed class TraceSampling(double percent, bool ignoresParent)
{
    // The last 56 bits of an id are random, in hexadecimal its last fourteen characters.
    private const int RandomAt = 18;
    private const double Ids = 1UL << 56;

    private readonly ulong _least = (ulong)(Ids * (1 - (Math.Clamp(percent, 0, 100) / 100)));

    /// <summary>Whether it decides although the caller has decided.</summary>
    public bool IgnoresParent => ignoresParent;

    /// <summary>Whether a trace is kept.</summary>
    public bool Keeps(ActivityTraceId trace) => ulong.Parse(trace.ToHexString().AsSpan(RandomAt), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >= _least;
}
