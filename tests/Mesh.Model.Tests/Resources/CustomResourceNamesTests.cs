using Mesh.Model.Resources;

namespace Mesh.Model.Tests.Resources;

public sealed class CustomResourceNamesTests
{
    [Theory]
    [InlineData("HttpRoute", "httproutes")]
    [InlineData("Retry", "retries")]
    [InlineData("TrafficPermission", "trafficpermissions")]
    [InlineData("Relay", "relays")]
    public void PluralOf_Kind_IsItsPluralInLowerCase(string kind, string plural) => Assert.Equal(plural, CustomResourceNames.PluralOf(kind));

    [Fact]
    public void PluralOf_EveryKind_IsAnother() => Assert.Distinct(CustomResourceNames.Kinds.Select(CustomResourceNames.PluralOf));
}
