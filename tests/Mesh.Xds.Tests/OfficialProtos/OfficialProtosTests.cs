namespace Mesh.Xds.Tests.OfficialProtos;

public sealed class OfficialProtosTests
{
    private static CancellationToken Deadline => CancellationTokenSource
        .CreateLinkedTokenSource(TestContext.Current.CancellationToken, new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token).Token;

    [Fact]
    public async Task Compare_OurProtos_NoMismatch()
    {
        var comparison = await ProtoComparison.RunAsync(ProtoComparison.OurProtos, ProtoComparison.OurRules, Deadline);

        Assert.True(comparison is { ExitCode: 0, Mismatches: 0 }, comparison.Output);
        Assert.True(comparison is { Messages: > 100, Fields: > 400, Rules: > 150 }, comparison.Output);
    }

    [Theory]
    [InlineData("envoy/config/route/v3/route_components.proto", "  string prefix_rewrite = 5;\n  oneof host", "  string prefix_rewrite = 50;\n  oneof host", "RouteAction.prefix_rewrite: number is 50, official 5")]
    [InlineData("envoy/config/cluster/v3/cluster.proto", "string alt_stat_name = 28", "bytes alt_stat_name = 28", "Cluster.alt_stat_name: type is bytes, official string")]
    [InlineData("envoy/config/cluster/v3/cluster.proto", "string alt_stat_name = 28", "repeated string alt_stat_name = 28", "Cluster.alt_stat_name: label is repeated, official single")]
    [InlineData("envoy/config/cluster/v3/cluster.proto", "LEAST_REQUEST = 1", "LEAST_REQUEST = 9", "LbPolicy.LEAST_REQUEST: is 9, official 1")]
    [InlineData("envoy/config/core/v3/address.proto", "oneof port_specifier", "oneof port", "SocketAddress.port_value: oneof is port, official port_specifier")]
    [InlineData("envoy/config/core/v3/base.proto", "string sub_zone = 3", "string subzone = 3", "Locality.subzone: no such field")]
    public async Task Compare_ChangedCopy_NamesTheMismatch(string file, string from, string to, string expected)
    {
        var copy = Directory.CreateTempSubdirectory("mesh-protos-");
        try
        {
            foreach (var source in Directory.EnumerateFiles(ProtoComparison.OurProtos, "*.proto", SearchOption.AllDirectories))
            {
                var target = Path.Combine(copy.FullName, Path.GetRelativePath(ProtoComparison.OurProtos, source));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(source, target);
            }

            var changed = Path.Combine(copy.FullName, file);
            var text = await File.ReadAllTextAsync(changed, Deadline);
            Assert.Contains(from, text);
            await File.WriteAllTextAsync(changed, text.Replace(from, to), Deadline);

            var comparison = await ProtoComparison.RunAsync(copy.FullName, ProtoComparison.OurRules, Deadline);

            Assert.Equal(1, comparison.ExitCode);
            Assert.True(comparison.Mismatches >= 1);
            Assert.Contains(expected, comparison.Output);
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("connect_timeout gt=0s", "connect_timeout gte=0s", "Cluster.connect_timeout: rules are gte=0s, official gt=0s")]
    [InlineData("envoy.config.cluster.v3.Cluster.name min_len=1\n", "", "Cluster.name: rules are undefined, official min_len=1")]
    [InlineData("oneof_required=true\n", "oneof_required=true\nenvoy.config.core.v3.Node.id min_len=1\n", "Node.id: rules are min_len=1, official undefined")]
    public async Task Compare_ChangedRule_NamesTheMismatch(string from, string to, string expected)
    {
        var changed = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var text = await File.ReadAllTextAsync(ProtoComparison.OurRules, Deadline);
            var at = text.IndexOf(from, StringComparison.Ordinal);
            await File.WriteAllTextAsync(changed, text[..at] + to + text[(at + from.Length)..], Deadline);

            var comparison = await ProtoComparison.RunAsync(ProtoComparison.OurProtos, changed, Deadline);

            Assert.Equal((1, 1), (comparison.ExitCode, comparison.Mismatches));
            Assert.Contains(expected, comparison.Output);
        }
        finally
        {
            File.Delete(changed);
        }
    }
}
