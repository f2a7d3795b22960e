using System.Net;
using Mesh.Benchmarks.Certificates;

namespace Mesh.Benchmarks.Candidates;

/// <summary>What every haproxy here has in common.</summary>
internal static class HaproxyConfiguration
{
    public static string Head(string mode) => $"""
        global
          nbthread 1
          maxconn 4000
        defaults
          mode {mode}
          timeout connect 5s
          timeout client 60s
          timeout server 60s
        """;

    public static string ToPeer(BenchCertificates certificates) =>
        $"ssl ssl-min-ver TLSv1.3 verify required ca-file {certificates.RootFile} crt {certificates.Caller.CombinedFile} "
        + $"sni str({certificates.Callee.DnsName}) verifyhost {certificates.Callee.DnsName}";

    public static string Door(BenchCertificates certificates) =>
        $"ssl ssl-min-ver TLSv1.3 crt {certificates.Callee.CombinedFile} ca-file {certificates.RootFile} verify required";

    public static PairPlan Plan(int entry, string near, string far) => new(
        new IPEndPoint(IPAddress.Loopback, entry),
        new CommandLine("haproxy", "-db", "-f", near),
        new CommandLine("haproxy", "-db", "-f", far));
}
