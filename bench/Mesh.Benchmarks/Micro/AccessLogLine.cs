using System.Diagnostics.Metrics;
using System.Net;
using BenchmarkDotNet.Attributes;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Telemetry.AccessLogs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Benchmarks.Micro;

/// <summary>What a request pays for its line: the making of it, without the queue and whoever writes it.</summary>
public class AccessLogLine
{
    private readonly DefaultHttpContext _context = new();
    private readonly HopNotes _notes = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private CompiledAccessLogs? _text;
    private CompiledAccessLogs? _json;
    private CompiledAccessLogs? _filtered;
    private OtlpRecord? _records;
    private int _written;

    /// <summary>Compiles the logs.</summary>
    [GlobalSetup]
    public void Compile()
    {
        _context.Request.Method = "GET";
        _context.Request.Path = "/orders/17";
        _context.Request.Protocol = "HTTP/1.1";
        _context.Request.Headers.UserAgent = "bench/1.0";
        _context.Request.Headers.TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        _notes.Sent(new IPEndPoint(IPAddress.Loopback, 15006));
        var targets = new AccessLogTargets(new ProxyMetrics(_services.GetRequiredService<IMeterFactory>()), NullLogger<AccessLogTargets>.Instance, line => _written += line.Length);
        var stdout = new AccessLog { Kind = AccessLogKind.Stdout };
        _text = CompiledAccessLogs.Create([stdout], null, targets);
        _json = CompiledAccessLogs.Create([stdout with { Json = AccessLog.DefaultAttributes, OmitEmptyValues = true }], null, targets);
        _filtered = CompiledAccessLogs.Create([stdout with { MinStatus = 500 }, stdout with { Headers = [new("x-debug", ValueMatchKind.Present, "")] }], null, targets);
        _records = new OtlpRecord(new AccessLog { Kind = AccessLogKind.OpenTelemetry });
    }

    /// <summary>The usual line.</summary>
    [Benchmark]
    public int Text()
    {
        _text!.Write(Entry());
        return _written;
    }

    /// <summary>Thirteen fields as an object.</summary>
    [Benchmark]
    public int Json()
    {
        _json!.Write(Entry());
        return _written;
    }

    /// <summary>The usual record with its thirteen attributes.</summary>
    [Benchmark]
    public int OpenTelemetry() => _records!.Of(Entry()).Length;

    /// <summary>Two logs, neither of which it fits.</summary>
    [Benchmark]
    public int FilteredOut()
    {
        _filtered!.Write(Entry());
        return _written;
    }

    private AccessEntry Entry() => new()
    {
        Context = _context,
        Direction = HopDirection.Inbound,
        Caller = "bench/storefront",
        Callee = "bench/orders/http",
        Status = 200,
        Elapsed = TimeSpan.FromMilliseconds(3),
        EndedAt = DateTimeOffset.UnixEpoch,
        Notes = _notes,
    };
}
