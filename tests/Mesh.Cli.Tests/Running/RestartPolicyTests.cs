using System.Globalization;
using Mesh.Cli.Running;

namespace Mesh.Cli.Tests.Running;

public sealed class RestartPolicyTests
{
    [Theory]
    [InlineData("service, ready", true, "1 2 4 8 16 -")]
    [InlineData("service, never ready", false, "1 2 -")]
    [InlineData("mesh, ready", true, "0 0.25 0.5 1 1 1")]
    [InlineData("mesh, never ready", false, "0 0.25 0.5 -")]
    public void Next_InARow_WaitsLongerAndEnds(string what, bool wasReady, string expected)
    {
        var policy = what.StartsWith("service", StringComparison.Ordinal) ? RestartPolicy.Service : RestartPolicy.Infrastructure;
        var count = expected.Split(' ').Length;

        var delays = Enumerable.Range(0, count).Select(i => policy.Next(i, wasReady)?.TotalSeconds.ToString(CultureInfo.InvariantCulture) ?? "-");

        Assert.Equal(expected, string.Join(' ', delays));
    }
}
