using Mesh.Model.Requests;

namespace Mesh.Model.Tests.Requests;

public sealed class QueryTextTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("?", null)]
    [InlineData("?q=1", "1")]
    [InlineData("?Q=2&q=1", "1")]
    [InlineData("?Q=2", null)]
    [InlineData("?q=1&q=2", "1")]
    [InlineData("?a&q&b", "")]
    [InlineData("?q=", "")]
    [InlineData("?q=a+b%20c%2B", "a b c+")]
    [InlineData("?%71=1", "1")]
    [InlineData("?qq=1&=2", null)]
    public void First_Query_IsTheFirstValueOfJustThatName(string query, string? expected) => Assert.Equal(expected, QueryText.First(query, "q"));
}
