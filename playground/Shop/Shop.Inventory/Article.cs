namespace Shop.Inventory;

/// <summary>One thing the Shop sells; its target is how many the shelf holds after a delivery.</summary>
internal sealed record Article(string Sku, string Name, string Summary, long PriceCents, int Target)
{
    public static IReadOnlyList<Article> Catalogue { get; } =
    [
        new("kettle", "Gooseneck kettle", "A slow, thin pour. 0.9 litres, matte black, works on every hob.", 74_00, 18),
        new("dripper", "Stoneware dripper", "Fired in Porto, glazed twice, so that it keeps the heat.", 28_00, 40),
        new("beans", "House beans, 500 g", "Washed, from Huila. Plum, cane sugar, a little orange.", 16_00, 90),
        new("grinder", "Hand grinder", "Steel burrs and forty clicks from espresso to press.", 89_00, 12),
        new("mug", "Speckled mug", "Holds 300 ml, stacks, and survives the dishwasher.", 19_50, 60),
        new("server", "Glass server", "Borosilicate, 600 ml, with a cork collar for your fingers.", 32_00, 24),
        new("scale", "Brew scale", "A tenth of a gram and a timer, in walnut.", 45_00, 15),
        new("filters", "Paper filters", "A hundred cones, unbleached, no taste of paper.", 6_50, 150),
    ];
}
