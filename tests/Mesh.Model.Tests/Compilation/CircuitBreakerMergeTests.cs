using System.Globalization;
using Mesh.Model.Snapshots;
using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

/// <summary>What of several CircuitBreaker policies holds.</summary>
public sealed class CircuitBreakerMergeTests
{
    private static readonly TestMesh Shop = TestMesh.Empty.Service("web/storefront", uses: ["shop/orders/http"]).Service("shop/orders", ports: ["http"]);

    [Theory]
    // connections pending requests retries
    [InlineData("{connectionLimits: {maxConnections: 5, maxRequests: 7}}", "{}", "5 - 7 -")]
    [InlineData("{connectionLimits: {maxConnections: 5, maxRequests: 7}}", "{connectionLimits: {maxPendingRequests: 2, maxRequests: 9, maxRetries: 0}}", "5 2 9 0")]
    [InlineData("{outlierDetection: {}}", "{}", "- - - -")]
    public void Compile_Limits_AreFoldedOneByOne(string callee, string caller, string expected)
    {
        var limits = Cluster(callee, caller).Limits;

        Assert.Equal(expected, string.Join(' ', new[] { limits.Connections, limits.Pending, limits.Requests, limits.Retries }.Select(n => n?.ToString(CultureInfo.InvariantCulture) ?? "-")));
    }

    [Theory]
    // interval base max percent split, failures in a row (total/gateway/local), rates
    [InlineData("{outlierDetection: {}}", "{}", "10 30 300 10 True -/-/5")] // what got no answer alone
    [InlineData("{outlierDetection: {interval: 5s, baseEjectionTime: 10m}}", "{outlierDetection: {maxEjectionPercent: 60}}", "5 600 600 60 True -/-/5")]
    [InlineData("{outlierDetection: {detectors: {totalFailures: {}}}}", "{}", "10 30 300 10 False 5/-/-")]
    [InlineData("{outlierDetection: {detectors: {totalFailures: {consecutive: 7}}}}", "{outlierDetection: {detectors: {localOriginFailures: {consecutive: 3}}}}", "10 30 300 10 True 7/-/3")]
    [InlineData("{outlierDetection: {detectors: {localOriginFailures: {}, gatewayFailures: {consecutive: 2}}}}", "{outlierDetection: {splitExternalAndLocalErrors: false}}", "10 30 300 10 False -/2/-")]
    [InlineData("{outlierDetection: {detectors: {successRate: {requestVolume: 10}}}}", "{outlierDetection: {detectors: {successRate: {minimumHosts: 3, standardDeviationFactor: 1.5}}}}", "10 30 300 10 False -/-/- 3 10 1500")]
    [InlineData("{outlierDetection: {detectors: {failurePercentage: {}}}}", "{outlierDetection: {detectors: {failurePercentage: {threshold: 40}}}}", "10 30 300 10 False -/-/- 5 50 40")]
    [InlineData("{outlierDetection: {}}", "{outlierDetection: {disabled: true}}", "none")]
    [InlineData("{outlierDetection: {disabled: true}}", "{outlierDetection: {disabled: false}}", "10 30 300 10 True -/-/5")]
    [InlineData("{connectionLimits: {maxRequests: 1}}", "{}", "none")]
    public void Compile_OutlierDetection_IsFoldedOneByOne(string callee, string caller, string expected)
    {
        Assert.Equal(expected, Cluster(callee, caller).Outliers is { } found ? Show(found) : "none");
    }

    [Fact]
    public void Compile_NoPolicy_HasNoLimitsAndLeavesNobodyOut()
    {
        var cluster = Shop.Cluster("web/storefront", "shop/orders/http");

        Assert.True(cluster.Limits.IsNone);
        Assert.Null(cluster.Outliers);
        Assert.Equal(50, cluster.PanicThreshold);
    }

    [Fact]
    public void Compile_EachPart_NamesThePolicyThatIsHeard()
    {
        var cluster = Cluster("{connectionLimits: {maxRequests: 7}}", "{outlierDetection: {healthyPanicThreshold: 20}}");

        Assert.Equal(("shop/theirs", "web/own", 20), (cluster.Limits.Origin.Name, cluster.Outliers!.Origin.Name, cluster.PanicThreshold));
        Assert.Equal(["shop/theirs", "web/own"], cluster.Origins.Select(origin => origin.Name));
    }

    private static Cluster Cluster(string callee, string caller) => Shop.Yaml($$$"""
        kind: CircuitBreaker
        metadata: {name: theirs, namespace: shop}
        spec: {to: [{targetRef: {kind: Service, name: orders}, default: {{{callee}}} }]}
        ---
        kind: CircuitBreaker
        metadata: {name: own, namespace: web}
        spec: {to: [{targetRef: {kind: Service, name: orders, namespace: shop}, default: {{{caller}}} }]}
        """).Cluster("web/storefront", "shop/orders/http");

    private static string Show(OutlierDetection found)
    {
        var rows = string.Join('/', new[] { found.TotalFailures, found.GatewayFailures, found.LocalOriginFailures }.Select(n => n?.ToString(CultureInfo.InvariantCulture) ?? "-"));
        var rate = found.SuccessRate is { } success ? $" {success.MinimumHosts} {success.RequestVolume} {success.DeviationThousandths}" : "";
        var percentage = found.FailurePercentage is { } failure ? $" {failure.MinimumHosts} {failure.RequestVolume} {failure.Threshold}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{found.Interval.TotalSeconds} {found.BaseEjectionTime.TotalSeconds} {found.MaxEjectionTime.TotalSeconds} {found.MaxEjectionPercent} {found.SplitErrors} {rows}{rate}{percentage}");
    }
}
