using Mesh.Xds.Proxyless;

namespace Mesh.Xds.Tests.Proxyless;

public sealed class Re2SyntaxTests
{
    [Theory]
    [InlineData("/shop.*")]
    [InlineData(@"/shop\.Orders/(Place|Cancel)")]
    [InlineData(@"/[a-z0-9_-]+/\d{1,3}\p{Lu}[\w\]]")]
    [InlineData(@"(?i)/a(?:b|c)(?i:d)\x41$")]
    [InlineData("/a{1000}")]
    public void Fault_WhatBothRead_IsNone(string expression) => Assert.Null(Re2Syntax.Fault(expression));

    [Theory]
    [InlineData(@"/\p{IsBasicLatin}+")]
    [InlineData("/[a-z-[aeiou]]")]
    [InlineData("/[[:alpha:]]")]
    [InlineData(@"/\u0041")]
    [InlineData(@"/a\Z")]
    [InlineData(@"/[\b]")]
    [InlineData("/(?<name>a)")]
    [InlineData("/(?x) a")]
    [InlineData("/a{1001}")]
    [InlineData("/a{2,5000}")]
    public void Fault_WhatDotNetAloneReads_IsNamed(string expression) => Assert.NotNull(Re2Syntax.Fault(expression));
}
